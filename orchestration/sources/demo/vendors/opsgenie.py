"""What an extractor of Opsgenie writes in one visit: incidents, alerts, who was on call.

An alert says who answered it, and not who else was notified. A schedule is asked for its
timeline: a visit covers the days since the one before, and the shift that is running.
"""

from __future__ import annotations

from orchestration.sources.demo.visits import Extract
from orchestration.sources.demo.work.incidents import Incident
from orchestration.sources.demo.world.calendar import DAY, EPOCH_DAY, day_of, iso
from orchestration.sources.demo.world.ids import uuid_of
from orchestration.sources.demo.world.organisation import GITLAB, Organisation, Person, Team
from orchestration.sources.demo.world.rotations import Rotations
from orchestration.sources.write import Landing

API = "https://api.opsgenie.com"
# The timeline goes on after the visit: what is planned.
AHEAD = 7 * DAY

Json = dict[str, object]


def write_incidents(landing: Landing, extract: Extract, incidents: list[Incident]) -> None:
    """Incidents and their alerts for one visit."""
    for item in incidents:
        if item.created_at <= extract.at and extract.holds(item.updated_at(extract.at)):
            landing.add("opsgenie", "incidents", extract.folder, incident(item, extract.at))
            landing.add("opsgenie", "alerts", extract.folder, alert(item, extract.at))


def write_schedules(
    landing: Landing, extract: Extract, organisation: Organisation, rotations: Rotations
) -> None:
    """The timelines of the division's schedules for one visit."""
    start = max(extract.since, (organisation.period.start - EPOCH_DAY) * DAY)
    for team in organisation.teams.values():
        if team.tools == GITLAB and team.versions[0].start <= day_of(extract.at):
            record = timeline(team, rotations, start // DAY * DAY, extract.at + AHEAD, extract.at)
            landing.add("opsgenie", "schedules", extract.folder, record)


def _is_over(item: Incident, at: int) -> bool:
    return item.resolved_at is not None and item.resolved_at <= at


def _priority(item: Incident) -> str:
    return item.priority or ("P3" if item.urgency == "high" else "P4")


def _team(item: Incident) -> list[Json]:
    return [{"type": "team", "id": uuid_of(item.team.schedule_id, "team")}] if item.team else []


def incident(item: Incident, at: int) -> Json:
    """`GET /v1/incidents/{id}`."""
    identity = uuid_of(item.incident_id)
    is_over = _is_over(item, at)
    return {
        "id": identity,
        "tinyId": str(item.number),
        "message": item.title,
        "description": item.title,
        "status": "resolved" if is_over else "open",
        "tags": [],
        "extraProperties": {},
        "priority": _priority(item),
        "ownerTeam": "",
        "responders": _team(item),
        "impactedServices": [item.service.pager_id],
        "createdAt": iso(item.created_at),
        "updatedAt": iso(item.updated_at(at)),
        "impactStartDate": iso(item.created_at),
        "impactEndDate": iso(item.resolved_at) if is_over and item.resolved_at else None,
        "links": {"api": f"{API}/v1/incidents/{identity}"},
    }


def alert(item: Incident, at: int) -> Json:
    """`GET /v2/alerts/{id}`: times until somebody answered are in milliseconds."""
    identity = uuid_of(item.incident_id, "alert")
    answered = item.acknowledged_at
    report: Json = {}
    if answered is not None and answered <= at:
        report |= {
            "ackTime": (answered - item.created_at) * 1_000,
            "acknowledgedBy": item.assignee.email,
        }
    if _is_over(item, at) and item.resolved_at is not None:
        report |= {"closeTime": (item.resolved_at - item.created_at) * 1_000}
    schedule: list[Json] = []
    if item.team:
        schedule = [{"type": "schedule", "id": uuid_of(item.team.schedule_id)}]
    return {
        "id": identity,
        "tinyId": str(item.number),
        "alias": identity,
        "message": item.title,
        "status": "closed" if _is_over(item, at) else "open",
        "acknowledged": bool(report),
        "isSeen": bool(report),
        "priority": _priority(item),
        "source": "monitoring",
        "createdAt": iso(item.created_at),
        "updatedAt": iso(item.updated_at(at)),
        "owner": item.assignee.email if report else "",
        "ownerTeamId": uuid_of(item.team.schedule_id, "team") if item.team else "",
        "responders": [*_team(item), *schedule],
        "integration": {"id": uuid_of("integration"), "name": "Monitoring", "type": "API"},
        "report": report,
        "description": item.title,
        "details": {"incident-id": uuid_of(item.incident_id), "region": "eu"},
    }


def timeline(team: Team, rotations: Rotations, start: int, end: int, at: int) -> Json:
    """`GET /v2/schedules/{id}/timeline`. A team of one is on call all the time."""
    identity = uuid_of(team.schedule_id)
    turns = [(shift.start, shift.end, shift.people[0]) for shift in rotations.shifts(team)]
    if not turns:
        turns = [(start, end, rotations.on_call(team, at)[0])]
    return {
        "_parent": {
            "id": identity,
            "name": f"{team.version(day_of(at)).name} weekly",
            "enabled": True,
        },
        "startDate": iso(start),
        "endDate": iso(end),
        "finalTimeline": {
            "rotations": [
                {
                    "id": uuid_of(team.schedule_id, "rotation"),
                    "name": "weekly",
                    "order": 1.0,
                    "periods": [
                        _period(max(start, first), min(end, last), person)
                        for first, last, person in turns
                        if first < end and last > start
                    ],
                }
            ]
        },
    }


def _period(start: int, end: int, person: Person) -> Json:
    return {
        "startDate": iso(start),
        "endDate": iso(end),
        "type": "default",
        "recipient": {
            "id": uuid_of(person.pagerduty_id),
            "type": "user",
            "name": person.email,
        },
    }
