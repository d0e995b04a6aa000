"""What PagerDuty sends."""

from __future__ import annotations

from datetime import datetime

from tests.truth.landing import Landing, Record, at_path
from tests.truth.moments import moment
from tests.truth.records import Incident, Page, Shift


def services(landing: Landing) -> dict[str, str]:
    """Names by id."""
    records = landing.latest(
        "pagerduty", "services", lambda r: r["id"], lambda r: r.get("updated_at")
    )
    return {record["id"]: record["name"] for record in records}


def log_entries(landing: Landing) -> list[Record]:
    return landing.latest(
        "pagerduty", "log_entries", lambda r: r["id"], lambda r: r.get("created_at")
    )


def custom_field(record: Record, name: str) -> str | None:
    for field in record.get("custom_fields") or ():
        if field["name"] == name:
            return None if field["value"] is None else str(field["value"])
    return None


def incidents(landing: Landing, as_of: datetime) -> list[Incident]:
    """Detected when it was triggered first, over when it was resolved last."""
    triggered: dict[str, datetime] = {}
    resolved: dict[str, datetime] = {}
    for entry in log_entries(landing):
        at, name = moment(entry["created_at"]), at_path(entry, "incident.id")
        if at is None or at > as_of or name is None:
            continue
        if entry["type"] == "trigger_log_entry":
            triggered[name] = min(at, triggered.get(name, at))
        if entry["type"] == "resolve_log_entry":
            resolved[name] = max(at, resolved.get(name, at))
    found = []
    for record in landing.latest(
        "pagerduty", "incidents", lambda r: r["id"], lambda r: r.get("updated_at")
    ):
        created_at = moment(record["created_at"])
        if created_at is None or created_at > as_of:
            continue
        is_resolved = str(record.get("status")).lower() == "resolved"
        end = resolved.get(record["id"]) or moment(record.get("resolved_at"))
        found.append(
            Incident(
                incident_id=record["id"],
                system="pagerduty",
                alias_kind="pagerduty",
                service_alias=at_path(record, "service.id"),
                detected_at=triggered.get(record["id"], created_at),
                resolved_at=end if is_resolved else None,
                root_cause=custom_field(record, "root_cause"),
                caused_by_deployment=custom_field(record, "caused_by_deployment"),
            )
        )
    return found


def pages(landing: Landing) -> list[Page]:
    """A page is a notify entry."""
    zones = {
        record["id"]: record.get("time_zone")
        for record in landing.latest("pagerduty", "users", lambda r: r["id"])
    }
    found = []
    for entry in log_entries(landing):
        at = moment(entry["created_at"])
        if entry["type"] == "notify_log_entry" and at is not None:
            user = at_path(entry, "user.id")
            found.append(
                Page(
                    page_id=entry["id"],
                    system="pagerduty",
                    identity=user,
                    time_zone=zones.get(user),
                    paged_at=at,
                )
            )
    return found


def shifts(landing: Landing) -> list[Shift]:
    records = landing.latest(
        "pagerduty",
        "oncalls",
        lambda r: (
            at_path(r, "user.id"),
            at_path(r, "schedule.id"),
            at_path(r, "escalation_policy.id"),
            r.get("escalation_level"),
            moment(r.get("start")),
        ),
    )
    return [
        Shift(
            system="pagerduty",
            identity=at_path(record, "user.id"),
            starts_at=moment(record.get("start")),
            ends_at=moment(record.get("end")),
        )
        for record in records
    ]
