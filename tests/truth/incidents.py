"""Which incidents there were, of which service, and when each was over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.truth.definitions import preference, threshold
from tests.truth.records import Incident
from tests.truth.services import Services
from tests.truth.told import Told


@dataclass(frozen=True)
class Outage:
    incident_id: str
    service_id: str | None
    detected_at: datetime
    resolved_at: datetime | None
    root_cause: str | None
    caused_by_deployment: str | None
    caused_by_commit: str | None


def outages(told: Told, services: Services, as_of: datetime) -> list[Outage]:
    served = []
    for incident in told.incidents:
        row = services.named(incident.alias_kind, incident.service_alias, incident.detected_at)
        served.append((incident, row.service_id if row else None))
    counted_id = matched(served)
    found = []
    for incident, service in served:
        if counted_id[incident.incident_id] != incident.incident_id:
            continue
        # What a second tool knows of the same outage fills what the first one does not.
        repeats = sorted(
            (
                other
                for other, _ in served
                if counted_id[other.incident_id] == incident.incident_id and other != incident
            ),
            key=lambda other: (preference(other.system), other.incident_id),
        )
        tellers = [incident, *repeats]
        is_over = incident.resolved_at is not None and incident.resolved_at <= as_of
        found.append(
            Outage(
                incident_id=incident.incident_id,
                service_id=service,
                detected_at=incident.detected_at,
                # What was resolved after the as-of date is still open on it.
                resolved_at=incident.resolved_at if is_over else None,
                root_cause=first(one.root_cause for one in tellers),
                caused_by_deployment=first(one.caused_by_deployment for one in tellers),
                caused_by_commit=first(one.caused_by_commit for one in tellers),
            )
        )
    return found


def first(words: Iterable[str | None]) -> str | None:
    return next((word for word in words if word is not None), None)


def matched(served: list[tuple[Incident, str | None]]) -> dict[str, str]:
    """Several tools that notice one service within minutes noticed one outage: the preferred
    tool's word counts, of several the first."""
    near = timedelta(minutes=threshold("same_incident_minutes"))
    nearest: dict[str, str] = {}
    for own, service in served:
        nearest[own.incident_id] = own.incident_id
        if service is None:
            continue
        around = [
            (preference(other.system), other.detected_at, other.incident_id)
            for other, its_service in served
            if its_service == service and abs(other.detected_at - own.detected_at) <= near
        ]
        if min(around)[0] < preference(own.system):
            nearest[own.incident_id] = min(around)[2]
    # What is nearest may itself repeat another.
    return {name: nearest[other] for name, other in nearest.items()}
