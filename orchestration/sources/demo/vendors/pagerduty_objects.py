"""Objects as PagerDuty's REST API v2 sends them; ``at`` is the extract's instant."""

from __future__ import annotations

from orchestration.sources.demo.work.incidents import Entry, Incident
from orchestration.sources.demo.world.calendar import day_of, instant, iso
from orchestration.sources.demo.world.ids import pagerduty_id
from orchestration.sources.demo.world.organisation import Person, Service, Team

API = "https://api.pagerduty.com"
WEB = "https://harbourline.pagerduty.example"
CATCH_ALL_POLICY = "PCATCHA"

Json = dict[str, object]


def _reference(kind: str, identity: str, summary: str) -> Json:
    path = {"escalation_policy": "escalation_policies"}.get(kind, f"{kind}s")
    return {
        "id": identity,
        "type": f"{kind}_reference",
        "summary": summary,
        "self": f"{API}/{path}/{identity}",
        "html_url": f"{WEB}/{path}/{identity}",
    }


def _user(person: Person) -> Json:
    return _reference("user", person.pagerduty_id, person.name)


def _policy(team: Team | None, at: int) -> Json:
    if team is None:
        return _reference("escalation_policy", CATCH_ALL_POLICY, "Catch-all")
    name = team.version(day_of(at)).name
    return _reference("escalation_policy", team.escalation_policy_id, name)


def _teams(team: Team | None, at: int) -> list[Json]:
    if team is None:
        return []
    return [_reference("team", team.pagerduty_id, team.version(day_of(at)).name)]


def service(item: Service, team: Team | None, at: int) -> Json:
    """`GET /services`: the policy is that of today's owner."""
    identity = item.pager_id
    changed = max(o.start for o in item.owners if o.start <= day_of(at))
    return {
        "id": identity,
        "type": "service",
        "summary": item.name,
        "self": f"{API}/services/{identity}",
        "html_url": f"{WEB}/service-directory/{identity}",
        "name": item.name,
        "description": f"On-call for {item.name}",
        "auto_resolve_timeout": None,
        "acknowledgement_timeout": 1_800,
        "created_at": iso(instant("UTC", item.born, 36_000)),
        "updated_at": iso(instant("UTC", changed, 36_000)),
        "status": "active",
        "alert_creation": "create_alerts_and_incidents",
        "escalation_policy": _policy(team, at),
        "teams": _teams(team, at),
        "incident_urgency_rule": {"type": "constant", "urgency": "severity_based"},
        "support_hours": None,
        "scheduled_actions": [],
        "integrations": [],
    }


def user(person: Person, at: int) -> Json:
    """`GET /users`, with the name, the address and the job title."""
    identity = person.pagerduty_id
    return {
        "id": identity,
        "type": "user",
        "summary": person.name,
        "self": f"{API}/users/{identity}",
        "html_url": f"{WEB}/users/{identity}",
        "name": person.name,
        "email": person.email,
        "time_zone": person.site(day_of(at)).zone,
        "color": "purple",
        "role": "limited_user",
        "avatar_url": f"{WEB}/avatars/{identity}.png",
        "description": None,
        "invitation_sent": False,
        "job_title": f"{person.role_family} engineer",
        "teams": [],
        "contact_methods": [
            {
                "id": pagerduty_id("P", 6, identity, "mail"),
                "type": "email_contact_method",
            }
        ],
        "notification_rules": [],
    }


def _schedule(team: Team, day: int) -> Json:
    name = f"{team.version(day).name} weekly"
    return _reference("schedule", team.schedule_id, name)


def schedule(team: Team, at: int) -> Json:
    """`GET /schedules`: hand-over is on the clock of `time_zone`."""
    reference = _schedule(team, day_of(at))
    members = team.members(day_of(at))
    return {
        **reference,
        "type": "schedule",
        "name": reference["summary"],
        "time_zone": team.site.zone,
        "description": None,
        "escalation_policies": [_policy(team, at)],
        "users": [_user(person) for person in members],
        "teams": _teams(team, at),
    }


def on_call(
    person: Person,
    team: Team | None,
    level: int,
    start: int | None,
    end: int | None,
    at: int,
) -> Json:
    """`GET /oncalls`; null start and end: always."""
    schedule = None
    if team and start is not None:
        schedule = _schedule(team, day_of(start))
    return {
        "user": _user(person),
        "schedule": schedule,
        "escalation_policy": _policy(team, at),
        "escalation_level": level,
        "start": None if start is None else iso(start),
        "end": None if end is None else iso(end),
    }


def incident(item: Incident, at: int) -> Json:
    """`GET /incidents` with custom fields."""
    resolved = item.resolved_at
    is_resolved = resolved is not None and resolved <= at
    is_acknowledged = item.acknowledged_at is not None and item.acknowledged_at <= at
    status = "triggered"
    if is_resolved:
        status = "resolved"
    elif is_acknowledged:
        status = "acknowledged"
    changed = item.updated_at(at)
    assigned = {"at": iso(item.created_at), "assignee": _user(item.assignee)}
    # The API forgets who acknowledged once an incident is resolved.
    acknowledgements = []
    if status == "acknowledged" and item.acknowledged_at is not None:
        acknowledgements.append(
            {"at": iso(item.acknowledged_at), "acknowledger": _user(item.assignee)}
        )
    return {
        "id": item.incident_id,
        "type": "incident",
        "summary": f"[#{item.number}] {item.title}",
        "self": f"{API}/incidents/{item.incident_id}",
        "html_url": f"{WEB}/incidents/{item.incident_id}",
        "incident_number": item.number,
        "title": item.title,
        "description": item.title,
        "created_at": iso(item.created_at),
        "updated_at": iso(changed),
        "status": status,
        "incident_key": item.incident_id.lower(),
        "service": _reference("service", item.service.pager_id, item.service.name),
        "assignments": [] if is_resolved else [assigned],
        "assigned_via": "escalation_policy",
        "last_status_change_at": iso(changed),
        "resolved_at": iso(resolved) if is_resolved and resolved else None,
        "alert_counts": {"all": 1, "triggered": 0, "resolved": 1}
        if is_resolved
        else {"all": 1, "triggered": 1, "resolved": 0},
        "is_mergeable": not is_resolved,
        "escalation_policy": _policy(item.team, at),
        "teams": _teams(item.team, at),
        "pending_actions": [],
        "acknowledgements": acknowledgements,
        "last_status_change_by": _user(item.assignee),
        "priority": {
            "id": pagerduty_id("P", 6, "priority", item.priority),
            "type": "priority",
            "summary": item.priority,
            "name": item.priority,
        }
        if item.priority
        else None,
        "urgency": item.urgency,
        "custom_fields": [
            {
                "id": pagerduty_id("P", 6, "field", name),
                "type": "field_value",
                "name": name,
                "display_name": name.replace("_", " ").capitalize(),
                "data_type": "string",
                "value": value,
            }
            for name, value in item.custom_fields
        ],
    }


def log_entry(entry: Entry, item: Incident) -> Json:
    """`GET /log_entries`: a page is a `notify_log_entry`."""
    service_reference = _reference("service", item.service.pager_id, item.service.name)
    agent = service_reference
    if entry.kind in ("acknowledge", "resolve") and entry.person:
        agent = _user(entry.person)
    channel: Json = {"type": entry.channel}
    if entry.kind == "notify" and entry.person:
        address = entry.person.email
        if entry.channel in ("sms", "phone"):
            address = "+00 000 000000"
        channel = {
            "type": "auto",
            "notification": {
                "type": entry.channel,
                "address": address,
                "status": "success",
            },
        }
    body: Json = {
        "id": entry.entry_id,
        "type": f"{entry.kind}_log_entry",
        "summary": f"{entry.kind.capitalize()}: {item.title}",
        "self": f"{API}/log_entries/{entry.entry_id}",
        "html_url": None,
        "created_at": iso(entry.at),
        "agent": agent,
        "channel": channel,
        "service": service_reference,
        "incident": _reference("incident", item.incident_id, item.title),
        "teams": _teams(item.team, entry.at),
        "contexts": [],
    }
    if entry.kind == "notify" and entry.person:
        body["user"] = _user(entry.person)
    return body
