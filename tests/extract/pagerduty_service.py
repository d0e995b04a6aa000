"""PagerDuty's REST API over a small account; a list ends at `most` records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.sources.api.notes import iso, moment
from tests.fixtures.rest_server import Reply, Request

DAY_0 = datetime(2026, 9, 1, tzinfo=UTC)


def day(number: float) -> str:
    return iso(DAY_0 + timedelta(days=number))


class PagerDuty:
    page_size = 2

    def __init__(self, most: int = 10_000) -> None:
        self.most = most
        self.schedules = [{"id": f"S{n}", "name": "Rota", "time_zone": "UTC"} for n in (1, 2, 3)]
        self.services = [{"id": "V1", "name": "Checkout", "status": "active"}]
        self.users = [{"id": f"U{n}", "email": "x@y.example", "time_zone": "UTC"} for n in (1, 2)]
        self.oncalls = [_oncall(n) for n in range(5)]
        self.incidents = [_incident(n, n) for n in range(1, 6)]
        self.log_entries = [entry for n in range(1, 6) for entry in _log(n, n)]

    def __call__(self, request: Request) -> Reply:
        kind, _, identity = request.path.removeprefix("/").partition("/")
        if not hasattr(self, kind):
            return Reply({"error": {"message": "Not Found", "code": 2100}}, 404)
        records: list[dict[str, Any]] = getattr(self, kind)
        if identity:
            found = next((one for one in records if one["id"] == identity), None)
            assert request.said["include[]"] == "custom_fields"
            fields = [{"name": "root_cause", "value": "deployment"}]
            return Reply({"incident": {**found, "custom_fields": fields}} if found else None)
        return self._list(kind, [one for one in records if _is_within(one, request)], request)

    def _list(self, kind: str, records: list[dict[str, Any]], request: Request) -> Reply:
        offset, limit = int(request.said["offset"]), int(request.said["limit"])
        if offset + limit > max(self.most, limit):
            return Reply({"error": {"code": 2002, "message": "Offset+limit exceeds …"}}, 400)
        # Steps of a hundred, each with a few records: a long list without its length.
        start = offset // limit * self.page_size
        shown = records[start : start + self.page_size]
        document = {
            kind: shown,
            "limit": limit,
            "offset": offset,
            "more": start + self.page_size < len(records),
            "total": len(records) if request.said.get("total") == "true" else None,
        }
        return Reply(document)


def _is_within(record: dict[str, Any], request: Request) -> bool:
    if "since" not in request.said:
        return True
    start, end = moment(request.said["since"]), moment(request.said["until"])
    assert end - start < timedelta(days=90)
    if "escalation_level" in record:
        return record["start"] is None or (
            moment(record["start"]) < end and moment(record["end"]) > start
        )
    return start <= moment(record["created_at"]) < end


def _oncall(number: int) -> dict[str, Any]:
    permanent = number == 0
    return {
        "user": {"id": "U1"},
        "schedule": None if permanent else {"id": "S1"},
        "escalation_policy": {"id": "P1"},
        "escalation_level": 1,
        "start": None if permanent else day(number * 2),
        "end": None if permanent else day(number * 2 + 2),
    }


def _incident(number: int, at: float) -> dict[str, Any]:
    return {
        "id": f"I{number}",
        "incident_number": number,
        "title": "Down",
        "status": "resolved",
        "urgency": "high",
        "created_at": day(at),
        "updated_at": day(at),
        "resolved_at": day(at + 0.1),
        "service": {"id": "V1"},
    }


def _log(number: int, at: float) -> list[dict[str, Any]]:
    return [
        {
            "id": f"L{number}-{kind}",
            "type": f"{kind}_log_entry",
            "created_at": day(at),
            "incident": {"id": f"I{number}"},
            "service": {"id": "V1"},
            "agent": {"id": "U1", "type": "user_reference"},
            "user": {"id": "U1"},
            "channel": {"type": "auto", "notification": {"type": "phone"}},
        }
        for kind in ("trigger", "notify", "resolve")
    ]


make_incident, make_log = _incident, _log
