"""Changes and issues, and what type of work each is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.truth.changes import Change
from tests.truth.definitions import Profile, seed
from tests.truth.facts import Facts
from tests.truth.issues import classified, service_of


@dataclass(frozen=True)
class Item:
    kind: str
    service_id: str | None
    # Of changes that a bot wrote nobody is the author.
    author: str | None
    at: datetime
    work_type: str | None


def items(facts: Facts, profile: Profile) -> list[Item]:
    """A change counts when it was merged, an issue when it was opened."""
    unplanned = {
        one.deployment.deployment_id
        for one in facts.outcomes(profile)
        if one.is_unplanned and not one.deployment.is_rollback
    }
    found = [
        Item(
            kind="change",
            service_id=service_of_change(change, facts),
            author=None if change.is_bot else facts.people.person_of(change.system, change.author),
            at=change.merged_at,
            work_type=type_of_change(change, unplanned),
        )
        for change in facts.changes.all
    ]
    for issue in facts.told.issues:
        if issue.created_at <= facts.as_of:
            issue_type, _ = classified(issue)
            found.append(
                Item(
                    kind="issue",
                    service_id=service_of(issue, facts.services),
                    author=None,
                    at=issue.created_at,
                    work_type=work_type({("issue_type", issue_type or issue.declared_type)}),
                )
            )
    return found


def service_of_change(change: Change, facts: Facts) -> str | None:
    """That whose deployment holds it, the first one of the service too; else that of a repository
    with one service."""
    if change.held_by is not None:
        return change.held_by.service_id
    row = facts.services.named("repository", change.repository, change.merged_at)
    return row.service_id if row else None


def type_of_change(change: Change, unplanned: set[str]) -> str | None:
    """By its labels, by what it takes back, and by the deployment that brought it. A rollback
    brings nothing new."""
    markers: set[tuple[str, str | None]] = {("issue_type", type_of_labels(change.labels))}
    if change.is_revert:
        markers.add(("link", "reverts_a_change"))
    if change.deployment is not None and change.deployment.deployment_id in unplanned:
        markers.add(("link", "unplanned_deployment"))
    return work_type(markers)


def type_of_labels(labels: tuple[str, ...]) -> str | None:
    """Of several labels the one of the lowest preference; titles are not read."""
    names = {label.strip().lower() for label in labels}
    rows = [row for row in seed("reference/issue_label_types") if row["label"] in names]
    return min(rows, key=lambda row: int(row["preference"]))["issue_type"] if rows else None


def work_type(markers: set[tuple[str, str | None]]) -> str | None:
    """What no marker names is unclassified."""
    rows = [
        row
        for row in seed("reference/work_types")
        if (row["marker_kind"], row["marker"]) in markers
    ]
    return min(rows, key=lambda row: int(row["preference"]))["work_type"] if rows else None
