"""Defects: which issues are some, of which service, and where they were found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.truth.definitions import seed
from tests.truth.records import Issue
from tests.truth.services import Services
from tests.truth.told import Told


@dataclass(frozen=True)
class Defect:
    service_id: str | None
    opened_at: datetime
    closed_at: datetime | None
    found_in: str | None


def defects(told: Told, services: Services, as_of: datetime) -> list[Defect]:
    found = []
    for issue in told.issues:
        if issue.created_at > as_of:
            continue
        issue_type, found_in = classified(issue)
        if (issue_type or issue.declared_type) != "defect":
            continue
        is_closed = issue.closed_at is not None and issue.closed_at <= as_of
        found.append(
            Defect(
                service_id=service_of(issue, services),
                opened_at=issue.created_at,
                # Closed after the as-of date is still open on it.
                closed_at=issue.closed_at if is_closed else None,
                found_in=found_in or issue.declared_found_in,
            )
        )
    return found


def classified(issue: Issue) -> tuple[str | None, str | None]:
    """From its labels and its type. The one of the lowest preference says what it is, and the
    lowest that says where says where it was found."""
    markers = {label.strip().lower() for label in issue.labels}
    if issue.type_name is not None:
        markers.add(issue.type_name.strip().lower())
    rows = sorted(
        (row for row in seed("reference/issue_label_types") if row["label"] in markers),
        key=lambda row: int(row["preference"]),
    )
    types = [row["issue_type"] for row in rows]
    places = [row["found_in"] for row in rows if row["found_in"]]
    return (types[0] if types else None), (places[0] if places else None)


def service_of(issue: Issue, services: Services) -> str | None:
    """The service it names, a component of that name, its repository, or what a label such as
    `service:checkout` names: a part of its repository, or without one the service itself. Of
    several the first by name."""
    at = issue.created_at
    found = [
        services.named("catalogue", issue.declared_service, at),
        services.named("repository", issue.repository, at),
        *(services.named("catalogue", component, at) for component in issue.components),
    ]
    for label in issue.labels:
        if label.startswith("service:"):
            name = label.removeprefix("service:")
            if issue.repository is None:
                found.append(services.named("catalogue", name, at))
            else:
                found.append(services.named("part of repository", f"{issue.repository}#{name}", at))
    return min((row.service_id for row in found if row is not None), default=None)
