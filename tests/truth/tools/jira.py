"""What Jira sends."""

from __future__ import annotations

from datetime import datetime

from tests.truth.landing import Landing, at_path
from tests.truth.moments import moment
from tests.truth.records import Issue


def issues(landing: Landing, as_of: datetime) -> list[Issue]:
    """An issue that was opened again has no resolution any more: the last change of it decides."""
    records = landing.latest(
        "jira", "issues", lambda r: r["id"], lambda r: at_path(r, "fields.updated")
    )
    ids = {record["key"]: record["id"] for record in records}
    last_change: dict[str, tuple[datetime, bool]] = {}
    for log in landing.latest("jira", "issue_changelogs", lambda r: r["id"]):
        at = moment(log["created"])
        issue = log.get("issue_id") or log.get("issueId") or ids.get(log.get("issue_key"))
        for item in log.get("items") or ():
            if item["field"] != "resolution" or at is None or at > as_of:
                continue
            if issue not in last_change or last_change[issue][0] < at:
                last_change[issue] = (at, item.get("toString") is not None)
    found = []
    for record in records:
        fields = record["fields"]
        created_at = moment(fields["created"])
        closed_at = moment(fields.get("resolutiondate"))
        if record["id"] in last_change:
            changed_at, is_resolved = last_change[record["id"]]
            closed_at = changed_at if is_resolved else None
        if created_at is not None:
            found.append(
                Issue(
                    issue_id=f"jira/{record['id']}",
                    system="jira",
                    components=tuple(one["name"] for one in fields.get("components") or ()),
                    labels=tuple(fields.get("labels") or ()),
                    type_name=at_path(fields, "issuetype.name"),
                    created_at=created_at,
                    closed_at=closed_at,
                )
            )
    return found
