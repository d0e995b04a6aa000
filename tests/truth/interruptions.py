"""What asked for someone apart from calls: work on incidents, support, and deployments that they
started. When commits were written is not asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tests.truth.calls import Call, calls_by_name, counted_incidents, is_after_hours
from tests.truth.definitions import environment_class
from tests.truth.facts import Facts
from tests.truth.landing import at_path
from tests.truth.moments import moment
from tests.truth.support import tickets
from tests.truth.tools import pagerduty


@dataclass(frozen=True)
class Interruption:
    kind: str
    name: str
    person: str
    at: datetime
    local: datetime | None
    incident_id: str | None = None

    @property
    def on(self) -> date:
        return (self.local or self.at).date()

    @property
    def is_after_hours(self) -> bool:
        return self.local is not None and is_after_hours(self.local)


def interruptions(facts: Facts) -> list[Interruption]:
    found = []
    for ticket in tickets(facts):
        if ticket.escalated_at is not None and ticket.person is not None:
            found.append(
                Interruption(
                    "escalation", ticket.ticket_id, ticket.person, ticket.escalated_at, ticket.local
                )
            )
    return found + on_incidents(facts) + deployments(facts)


def heard(
    kind: str, name: str, system: str, login: str | None, at: datetime | None, facts: Facts
) -> Interruption | None:
    """Only of people whom the roster knows, on their clock then."""
    person = facts.people.person_of(system, login)
    if person is None or at is None or at > facts.as_of:
        return None
    clock = facts.people.zone_at(person, at)
    return Interruption(kind, name, person, at, at.astimezone(clock) if clock else None)


def on_incidents(facts: Facts) -> list[Interruption]:
    """Whoever acknowledged or resolved one. It counts once for a person and a date."""
    counted = counted_incidents(facts)
    once: dict[tuple[str, str, date], Interruption] = {}
    for entry in pagerduty.log_entries(facts.landing):
        is_work = entry["type"] in ("acknowledge_log_entry", "resolve_log_entry")
        if not is_work or not str(at_path(entry, "agent.type")).startswith("user"):
            continue
        at, login = moment(entry["created_at"]), at_path(entry, "agent.id")
        one = heard("incident", entry["id"], "pagerduty", login, at, facts)
        if one is None:
            continue
        told_as = at_path(entry, "incident.id")
        incident = counted.get(told_as, told_as)
        one = Interruption(one.kind, one.name, one.person, one.at, one.local, incident)
        key = (one.person, incident or one.name, one.on)
        if key not in once or (one.at, one.name) < (once[key].at, once[key].name):
            once[key] = one
    return list(once.values())


def deployments(facts: Facts) -> list[Interruption]:
    """In production, by whoever started them; a pipeline interrupts nobody."""
    found = []
    for record in facts.landing.latest(
        "github", "deployments", lambda r: r["id"], lambda r: r.get("updated_at")
    ):
        place = environment_class(record.get("environment"))
        if place is None and record.get("production_environment"):
            place = "production"
        if place != "production" or at_path(record, "creator.type") != "User":
            continue
        at, login = moment(record["created_at"]), at_path(record, "creator.login")
        found.append(heard("deployment", str(record["id"]), "github", login, at, facts))
    return [one for one in found if one is not None]


def called_for_after_hours(facts: Facts) -> set[tuple[str, str]]:
    """Who was called after hours for which incident: work on it is the call's."""
    return {
        (who, call.incident_id)
        for who, calls in calls_by_name(facts).items()
        for call in calls
        if call.incident_id is not None and is_late(call)
    }


def is_late(call: Call) -> bool:
    return call.local is not None and is_after_hours(call.local)
