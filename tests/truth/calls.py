"""Calls of people by a tool: of which incident, when on their clock, and when they answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.truth.definitions import threshold
from tests.truth.facts import Facts
from tests.truth.incidents import matched
from tests.truth.landing import at_path
from tests.truth.metrics.on_call import local_time, pages_by_person
from tests.truth.moments import moment
from tests.truth.tools import pagerduty


@dataclass(frozen=True)
class Call:
    page_id: str
    incident_id: str | None
    paged_at: datetime
    # On the clock of the person; unknown without a zone.
    local: datetime | None
    is_first_of_incident: bool
    answered_after_hours: float | None

    @property
    def about(self) -> str:
        """A call about no incident stands for itself."""
        return self.incident_id or self.page_id


def is_in_sleep_hours(local: datetime) -> bool:
    return local.hour >= threshold("sleep_hours_start") or local.hour < threshold("sleep_hours_end")


def is_after_hours(local: datetime) -> bool:
    return (
        local.isoweekday() > 5
        or local.hour < threshold("working_day_start")
        or local.hour >= threshold("working_day_end")
    )


def hour_class(local: datetime) -> str:
    if is_in_sleep_hours(local):
        return "sleep"
    return "after" if is_after_hours(local) else "working"


def counted_incidents(facts: Facts) -> dict[str, str]:
    """Under which id an incident counts that several tools noticed."""
    served = []
    for incident in facts.told.incidents:
        row = facts.services.named(
            incident.alias_kind, incident.service_alias, incident.detected_at
        )
        served.append((incident, row.service_id if row else None))
    return matched(served)


@dataclass(frozen=True)
class Answered:
    incident_id: str | None
    at: datetime | None


def answers(facts: Facts) -> dict[str, Answered]:
    """Of each page: the incident as its tool names it, and the first answer of who was called. A
    colleague's answer says nothing of their night."""
    entries = pagerduty.log_entries(facts.landing)
    answered: dict[tuple[object, object], list[datetime]] = {}
    for entry in entries:
        at = moment(entry["created_at"])
        if entry["type"] == "acknowledge_log_entry" and at is not None:
            who = (at_path(entry, "incident.id"), at_path(entry, "agent.id"))
            answered.setdefault(who, []).append(at)
    found = {}
    for entry in entries:
        called_at = moment(entry["created_at"])
        if entry["type"] != "notify_log_entry" or called_at is None:
            continue
        who = (at_path(entry, "incident.id"), at_path(entry, "user.id"))
        later = [at for at in answered.get(who, []) if at >= called_at]
        found[entry["id"]] = Answered(at_path(entry, "incident.id"), min(later, default=None))
    for alert in facts.landing.latest(
        "opsgenie", "alerts", lambda r: r["id"], lambda r: r.get("updatedAt")
    ):
        called_at = moment(alert["createdAt"])
        waited = at_path(alert, "report.ackTime") or 0
        incident = at_path(alert, "details.incident-id")
        answered_at = None
        if called_at is not None and waited > 0:
            answered_at = called_at + timedelta(milliseconds=waited)
        found[f"opsgenie/{alert['id']}"] = Answered(
            f"opsgenie/{incident}" if incident else None, answered_at
        )
    return found


def calls_by_name(facts: Facts) -> dict[str, list[Call]]:
    """In order, of everyone who was called: people by their id, others by their login. A tool
    calls again until someone answers: the first call about an incident interrupts."""
    counted, answered = counted_incidents(facts), answers(facts)
    found: dict[str, list[Call]] = {}
    for who, pages in pages_by_person(facts).items():
        seen: set[str] = set()
        for page in sorted(pages, key=lambda page: (page.paged_at, page.page_id)):
            answer = answered[page.page_id]
            incident = counted.get(answer.incident_id or "")
            waited = None
            # What was answered after the as-of date has no answer on it.
            if answer.at is not None and page.paged_at <= answer.at <= facts.as_of:
                waited = (answer.at - page.paged_at).total_seconds() / 3600
            call = Call(
                page_id=page.page_id,
                incident_id=incident,
                paged_at=page.paged_at,
                local=local_time(page, who, facts),
                is_first_of_incident=(incident or page.page_id) not in seen,
                answered_after_hours=waited,
            )
            seen.add(call.about)
            found.setdefault(who, []).append(call)
    return found
