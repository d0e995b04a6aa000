"""What Opsgenie sends."""

from __future__ import annotations

from datetime import datetime

from tests.truth.landing import Landing, at_path
from tests.truth.moments import moment
from tests.truth.records import Incident, Page, Shift


def incidents(landing: Landing, as_of: datetime) -> list[Incident]:
    """An incident that was opened again keeps the end that it had: only of a resolved one it
    counts."""
    found = []
    for record in landing.latest(
        "opsgenie", "incidents", lambda r: r["id"], lambda r: r.get("updatedAt")
    ):
        created_at = moment(record["createdAt"])
        if created_at is None or created_at > as_of:
            continue
        is_over = str(record.get("status")).lower() in ("resolved", "closed")
        services = record.get("impactedServices") or [record.get("serviceId")]
        found.append(
            Incident(
                incident_id=f"opsgenie/{record['id']}",
                system="opsgenie",
                alias_kind="opsgenie",
                service_alias=services[0],
                detected_at=moment(record.get("impactDetectDate")) or created_at,
                resolved_at=moment(record.get("impactEndDate")) if is_over else None,
            )
        )
    return found


def pages(landing: Landing) -> list[Page]:
    """The list of alerts does not tell each call: whoever took an alert on was called once, when
    it was raised."""
    found = []
    for record in landing.latest(
        "opsgenie", "alerts", lambda r: r["id"], lambda r: r.get("updatedAt")
    ):
        identity = at_path(record, "report.acknowledgedBy") or record.get("owner")
        at = moment(record["createdAt"])
        if identity and at is not None:
            found.append(
                Page(
                    page_id=f"opsgenie/{record['id']}",
                    system="opsgenie",
                    identity=identity,
                    time_zone=None,
                    paged_at=at,
                )
            )
    return found


def shifts(landing: Landing) -> list[Shift]:
    """A version of a schedule speaks of a span. Where a later one speaks of the same days, the
    older one counts up to where the later one begins, so that what was planned gives way to what
    became of it."""
    versions = {}
    for extracted_at, record in landing.versions("opsgenie", "schedules"):
        start, end = moment(record["startDate"]), moment(record["endDate"])
        schedule = at_path(record, "_parent.id")
        if start is not None and end is not None:
            versions[schedule, start] = (extracted_at, end, record)
    found: dict[tuple[str, str, datetime], Shift] = {}
    for (schedule, covers_from), (extracted_at, covers_to, record) in sorted(
        versions.items(), key=lambda item: item[1][0]
    ):
        newer = [
            (start, end)
            for (other, start), (at, end, _) in versions.items()
            if other == schedule and at > extracted_at
        ]
        for rotation in at_path(record, "finalTimeline.rotations") or ():
            for period in rotation.get("periods") or ():
                who = period.get("recipient") or {}
                starts_at, ends_at = moment(period.get("startDate")), moment(period.get("endDate"))
                if who.get("type") != "user" or starts_at is None or ends_at is None:
                    continue
                starts_at, ends_at = max(starts_at, covers_from), min(ends_at, covers_to)
                if starts_at >= ends_at:
                    continue
                replaced = [start for start, end in newer if start < ends_at and end > starts_at]
                if replaced and min(replaced) <= starts_at:
                    continue
                identity = who.get("name") or who["id"]
                shift = Shift(
                    system="opsgenie",
                    identity=identity,
                    starts_at=starts_at,
                    ends_at=min([ends_at, *replaced]),
                )
                # Who is in two rotations of a schedule at once is on call once.
                same = (schedule, who.get("id") or identity, starts_at)
                if same not in found or found[same].ends_at < shift.ends_at:
                    found[same] = shift
    return list(found.values())
