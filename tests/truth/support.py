"""Support tickets, and which of them reached an engineer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.truth.calls import is_after_hours
from tests.truth.facts import Facts
from tests.truth.moments import moment


@dataclass(frozen=True)
class Ticket:
    ticket_id: str
    service_id: str | None
    opened_at: datetime
    escalated_at: datetime | None
    # Whom it reached, where the roster knows them, and their clock then.
    person: str | None
    local: datetime | None

    @property
    def is_after_hours(self) -> bool | None:
        return None if self.local is None else is_after_hours(self.local)


def tickets(facts: Facts) -> list[Ticket]:
    """What happened after the as-of date had not happened on it."""
    found = []
    for record in facts.landing.latest(
        "support", "tickets", lambda r: r["ticket_id"], lambda r: r.get("updated_at")
    ):
        opened_at, escalated_at = moment(record["opened_at"]), moment(record.get("escalated_at"))
        if opened_at is None or opened_at > facts.as_of:
            continue
        if escalated_at is not None and escalated_at > facts.as_of:
            escalated_at = None
        person = facts.people.person_of("support", record.get("handled_by"))
        clock = facts.people.zone_at(person, escalated_at) if escalated_at is not None else None
        found.append(
            Ticket(
                ticket_id=record["ticket_id"],
                service_id=known_service(record.get("service_id"), opened_at, facts),
                opened_at=opened_at,
                escalated_at=escalated_at,
                person=person,
                local=escalated_at.astimezone(clock) if escalated_at and clock else None,
            )
        )
    return found


def known_service(service_id: str | None, at: datetime, facts: Facts) -> str | None:
    """A ticket names a service by its id."""
    rows = [row for row in facts.services.rows if row.service_id == service_id]
    return service_id if any(r.valid_from <= at and is_open(r.valid_to, at) for r in rows) else None


def is_open(end: datetime | None, at: datetime) -> bool:
    return end is None or at < end
