"""Objects of the on-call tools as they are sent: what is kept, and what is never stored.

The people are invented.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing import StreamLoad, load_contracts, load_stream
from tests.landing.conftest import AT

SECRET = "a sentence that no table may hold"

OPSGENIE_INCIDENT = {
    "id": "652f14b3-019a-4d4c-8b83-e4da527a416c",
    "description": SECRET,
    "impactedServices": ["daa0d66f-ad35-4396-b30d-70f0314c697a", "59591948-d418"],
    "tinyId": "3",
    "message": "Checkout is slow",
    "status": "resolved",
    "tags": [SECRET],
    "createdAt": "2026-01-05T10:00:00.824Z",
    "updatedAt": "2026-01-05T12:49:10.17Z",
    "priority": "P2",
    "ownerTeam": "",
    "responders": [{"type": "user", "id": "ce544b61-7b35"}],
    "extraProperties": {"note": SECRET},
    "links": {"web": SECRET},
    "impactStartDate": "2026-01-05T09:55:00Z",
    "impactEndDate": "2026-01-05T11:45:25.719Z",
    "actions": [SECRET],
}
OPSGENIE_ALERT = {
    "seen": True,
    "id": "70413a06-38d6-4c85-92b8-5ebc900d42e2",
    "tinyId": "1791",
    "alias": SECRET,
    "message": SECRET,
    "status": "closed",
    "acknowledged": False,
    "tags": [SECRET],
    "snoozed": False,
    "count": 3,
    "lastOccurredAt": "2026-01-05T10:05:00Z",
    "createdAt": "2026-01-05T10:00:00Z",
    "updatedAt": "2026-01-05T11:00:00Z",
    "source": SECRET,
    "owner": "ada@acme.example",
    "priority": "P2",
    "teams": [{"id": "9a441a8d-2410"}],
    "responders": [
        {"type": "schedule", "id": "d875e654-9b4e"},
        {"type": "user", "id": "bb4d9938-c3c2"},
    ],
    "integration": {"id": SECRET, "name": SECRET, "type": "API"},
    "report": {
        "ackTime": 90000,
        "closeTime": 3600000,
        "acknowledgedBy": "ada@acme.example",
        "closedBy": SECRET,
    },
    "ownerTeamId": "4513b7ea-3b91",
    "actions": [],
    "entity": SECRET,
    "description": SECRET,
    "details": {
        "incident-alert-type": "Owner",
        "incident-id": "652f14b3-019a-4d4c-8b83-e4da527a416c",
        "note": SECRET,
    },
}
OPSGENIE_TIMELINE = {
    "_parent": {"id": "d875e654-9b4e", "name": "Payments", "enabled": True},
    "startDate": "2026-01-05T00:00:00Z",
    "endDate": "2026-01-12T00:00:00Z",
    "finalTimeline": {
        "rotations": [
            {
                "id": "9bf3c3ce-7a9f",
                "name": SECRET,
                "order": 1.0,
                "periods": [
                    {
                        "startDate": "2026-01-05T09:00:00Z",
                        "endDate": "2026-01-12T00:00:00Z",
                        "type": "default",
                        "recipient": {
                            "id": "bb4d9938-c3c2",
                            "type": "user",
                            "name": "ada@acme.example",
                            "links": {"web": SECRET},
                        },
                    }
                ],
            }
        ]
    },
    "baseTimeline": {"rotations": [{"name": SECRET}]},
}
LISA = {
    "email": SECRET,
    "id": "01FCNDV6P870EA6S7TK1DSYDG0",
    "name": SECRET,
    "role": "viewer",
    "slack_user_id": SECRET,
}
INCIDENT_IO_INCIDENT = {
    "call_url": SECRET,
    "created_at": "2026-01-05T10:00:00.801578Z",
    "creator": {"user": LISA},
    "custom_field_entries": [
        {
            "custom_field": {
                "description": SECRET,
                "field_type": "multi_select",
                "id": "01FCNDV6P870EA6S7TK1DSYDG1",
                "name": "Affected services",
                "options": [{"value": SECRET}],
            },
            "values": [
                {
                    "value_catalog_entry": {
                        "aliases": [SECRET],
                        "external_id": "checkout",
                        "id": "01FCNDV6P870EA6S7TK1DSYDG2",
                        "name": "Checkout",
                    },
                    "value_link": SECRET,
                    "value_option": {"value": "Checkout"},
                    "value_text": SECRET,
                }
            ],
        }
    ],
    "id": "01FDAG4SAP5TYPT98WGR2N7W91",
    "incident_role_assignments": [{"assignee": LISA, "role": {"instructions": SECRET}}],
    "incident_status": {"category": "closed", "description": SECRET, "name": "Closed"},
    "incident_timestamp_values": [
        {
            "incident_timestamp": {"id": "01FC", "name": "Detected at", "rank": 1},
            "value": {"value": "2026-01-05T09:58:00Z"},
        },
        {"incident_timestamp": {"id": "01FD", "name": "Fixed at", "rank": 2}},
    ],
    "mode": "standard",
    "name": "Checkout is slow",
    "permalink": SECRET,
    "postmortem_document_url": SECRET,
    "reference": "INC-123",
    "severity": {"description": SECRET, "id": "01FH", "name": "Major", "rank": 2},
    "slack_channel_name": SECRET,
    "summary": SECRET,
    "updated_at": "2026-01-05T12:00:00Z",
    "visibility": "public",
    "workload_minutes_total": 60.7,
}
INCIDENT_IO_ALERT = {
    "alert_source_id": "01GW2G3V0S59R238FAHPDS1R66",
    "attributes": [
        {
            "attribute": {"array": False, "id": "01GW", "name": "Service", "type": "Text"},
            "value": {
                "catalog_entry": {"id": "01FC", "name": "Checkout"},
                "label": SECRET,
                "literal": SECRET,
            },
        }
    ],
    "created_at": "2026-01-05T09:58:00Z",
    "deduplication_key": SECRET,
    "description": SECRET,
    "id": "01GW2G3V0S59R238FAHPDS1R67",
    "resolved_at": "2026-01-05T11:00:00Z",
    "source_url": SECRET,
    "status": "resolved",
    "title": SECRET,
    "updated_at": "2026-01-05T11:00:00Z",
}
INCIDENT_IO_ENTRY = {
    "end_at": "2026-01-12T09:00:00Z",
    "entry_id": "01G0J1EXE7AXZ2C93K61WBPYEH",
    "fingerprint": SECRET,
    "layer_id": "01G0J1EXE7AXZ2C93K61WBPYNH",
    "rotation_id": "01G0J1EXE7AXZ2C93K61WBPYEI",
    "start_at": "2026-01-05T09:00:00Z",
    "user": LISA,
}
INCIDENT_IO_SCHEDULE = {
    "annotations": {"note": SECRET},
    "config": {"rotations": [{"users": [LISA]}]},
    "created_at": "2025-01-05T09:00:00Z",
    "current_shifts": [INCIDENT_IO_ENTRY],
    "id": "01G0J1EXE7AXZ2C93K61WBPYEJ",
    "name": "Payments",
    "next_shifts": [{"user": LISA}],
    "timezone": "Europe/London",
    "updated_at": "2025-01-05T09:00:00Z",
    "schedule_entries": {"final": [INCIDENT_IO_ENTRY], "overrides": [{"user": LISA}]},
}
CDEVENT = {
    "context": {
        "specversion": "0.5.0",
        "id": "271069a8-fc18-44f1-b38f-9d70a1695819",
        "chainId": SECRET,
        "source": "/deployer/eu",
        "type": "dev.cdevents.service.deployed.0.3.0",
        "timestamp": "2026-01-05T14:27:05.315384Z",
        "links": [{"linkType": "RELATION", "tags": {"note": SECRET}}],
    },
    "subject": {
        "id": "checkout",
        "source": "/clusters/eu",
        "content": {
            "environment": {"id": "production", "source": SECRET},
            "artifactId": "pkg:oci/checkout@sha256%3A0b31b1c02ff458ad9b7b81cbdf8f028bd546",
            "description": SECRET,
        },
    },
    "customData": {"commit_sha": "a" * 40, "reportedBy": SECRET},
    "customDataContentType": "application/json",
}
PAGERDUTY_SCHEDULE = {
    "id": "PI7DH85",
    "type": "schedule",
    "summary": "Payments weekly",
    "name": "Payments weekly",
    "time_zone": "Europe/London",
    "description": SECRET,
    "users": [{"id": "PXPGF42", "summary": SECRET}],
}
REVIEW_COMMENT = {
    "url": SECRET,
    "pull_request_review_id": 42,
    "id": 10,
    "diff_hunk": SECRET,
    "path": SECRET,
    "commit_id": "6dcb09b5b57875f334f61aebed695e2e4193db5e",
    "in_reply_to_id": 8,
    "user": {"login": "ada", "id": 1, "type": "User", "avatar_url": SECRET},
    "body": SECRET,
    "created_at": "2026-01-05T10:00:00Z",
    "updated_at": "2026-01-05T10:00:00Z",
    "pull_request_url": "https://api.github.com/repos/acme/shop/pulls/1",
    "author_association": "MEMBER",
    "line": 2,
}


class Loader:
    """Loads records into the stream of a shipped contract."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "landing"
        self.connection = duckdb.connect()

    def load(self, source: str, stream: str, *records: Any) -> StreamLoad:
        place = self._folder / source / stream / AT
        place.mkdir(parents=True)
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (place / "part.jsonl").write_text(lines)
        return load_stream(self.connection, self._folder, load_contracts()[(source, stream)])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def record(self, table: str) -> Any:
        ((stored,),) = self.rows(f"select record from raw.{table}")
        return _filled(json.loads(stored))


def _filled(value: Any) -> Any:
    """Without what is absent: raw has a null for each declared key."""
    if isinstance(value, dict):
        kept = {key: _filled(inner) for key, inner in value.items() if inner is not None}
        return {key: inner for key, inner in kept.items() if inner not in ({}, [])}
    return [_filled(inner) for inner in value] if isinstance(value, list) else value


@pytest.fixture
def loader(tmp_path: Path) -> Loader:
    return Loader(tmp_path)


KEPT = {
    ("opsgenie", "incidents"): (
        OPSGENIE_INCIDENT,
        "id message status priority createdAt updatedAt impactStartDate impactEndDate"
        " impactedServices",
    ),
    ("opsgenie", "alerts"): (
        OPSGENIE_ALERT,
        "id status priority createdAt updatedAt owner ownerTeamId teams responders report details",
    ),
    ("opsgenie", "schedules"): (OPSGENIE_TIMELINE, "_parent startDate endDate finalTimeline"),
    ("incident_io", "incidents"): (
        INCIDENT_IO_INCIDENT,
        "id name mode incident_status severity created_at updated_at"
        " incident_timestamp_values custom_field_entries",
    ),
    ("incident_io", "alerts"): (
        INCIDENT_IO_ALERT,
        "id status alert_source_id created_at updated_at resolved_at attributes",
    ),
    ("incident_io", "schedules"): (
        INCIDENT_IO_SCHEDULE,
        "id name timezone current_shifts schedule_entries",
    ),
    ("cdevents", "events"): (CDEVENT, "context subject customData"),
    ("pagerduty", "schedules"): (PAGERDUTY_SCHEDULE, "id name time_zone"),
    ("github", "review_comments"): (
        REVIEW_COMMENT,
        "id pull_request_review_id pull_request_url in_reply_to_id user created_at updated_at",
    ),
}


@pytest.mark.parametrize("stream", KEPT, ids="/".join)
def test_an_object_is_kept_without_what_its_contract_does_not_declare(loader, stream):
    record, keys = KEPT[stream]
    result = loader.load(*stream, record)
    assert (result.n_rows_loaded, result.n_rows_quarantined, result.n_values_nulled) == (1, 0, 0)
    stored = loader.record("__".join(stream))
    assert sorted(stored) == sorted(keys.split())
    assert SECRET not in json.dumps(stored)


def test_what_names_people_and_services_is_kept_as_it_was_sent(loader):
    loader.load("opsgenie", "alerts", OPSGENIE_ALERT)
    alert = loader.record("opsgenie__alerts")
    assert alert["report"] == {
        "ackTime": 90000,
        "closeTime": 3600000,
        "acknowledgedBy": "ada@acme.example",
    }
    assert alert["details"] == {"incident-id": OPSGENIE_INCIDENT["id"]}
    loader.load("incident_io", "schedules", INCIDENT_IO_SCHEDULE)
    schedule = loader.record("incident_io__schedules")
    assert schedule["current_shifts"] == schedule["schedule_entries"]["final"]
    assert schedule["current_shifts"][0]["user"] == {"id": LISA["id"]}


@pytest.mark.parametrize(
    ("stream", "record", "old", "path"),
    [
        (
            ("incident_io", "incidents"),
            INCIDENT_IO_INCIDENT,
            "2026-01-05T09:58:00Z",
            "incident_timestamp_values[].value.value",
        ),
        (
            ("opsgenie", "schedules"),
            OPSGENIE_TIMELINE,
            "2026-01-05T09:00:00Z",
            "finalTimeline.rotations[].periods[].startDate",
        ),
    ],
)
@pytest.mark.parametrize(
    ("value", "reason"),
    [("2026-01-05T09:00:00", "naive_timestamp"), ("05-01-2026", "not_a_timestamp")],
)
def test_times_inside_lists_are_checked(loader, stream, record, old, path, value, reason):
    text = json.dumps(record)
    assert text.count(old) == 1
    result = loader.load(*stream, json.loads(text.replace(old, value)))
    assert (result.n_rows_loaded, result.n_values_nulled) == (1, 1)
    assert loader.rows(
        "select reason, field from raw.load_report where kind = 'nulled' and n_rows > 0"
    ) == [(reason, path)]
    assert value not in json.dumps(loader.record("__".join(stream)))


def test_an_incident_without_a_mode_is_put_aside_and_counted(loader):
    record = {key: value for key, value in INCIDENT_IO_INCIDENT.items() if key != "mode"}
    assert loader.load("incident_io", "incidents", record).n_rows_quarantined == 1
    assert loader.rows("select reason, field from raw.quarantine") == [("missing", "mode")]


def cloud_event(data: Any) -> dict[str, Any]:
    """A CDEvent as CloudEvents carry it: `subject` is a text there."""
    return {
        "specversion": "1.0",
        "id": CDEVENT["context"]["id"],
        "source": CDEVENT["context"]["source"],
        "type": CDEVENT["context"]["type"],
        "subject": "checkout",
        "time": CDEVENT["context"]["timestamp"],
        "datacontenttype": "application/cdevents+json",
        **data,
    }


@pytest.mark.parametrize("data", [CDEVENT, json.dumps(CDEVENT)], ids=["object", "text"])
def test_a_cloud_event_is_an_envelope_that_comes_off(loader, data):
    loader.load("cdevents", "events", cloud_event({"data": data}))
    stored = loader.record("cdevents__events")
    assert stored["context"]["id"] == CDEVENT["context"]["id"]
    assert stored["subject"]["content"]["environment"] == {"id": "production"}


def test_a_cloud_event_whose_data_is_in_base64_is_put_aside(loader):
    result = loader.load("cdevents", "events", cloud_event({"data_base64": "e30="}))
    assert (result.n_rows_loaded, result.n_rows_quarantined) == (0, 1)


def test_bare_events_and_cloud_events_do_not_share_a_file(loader):
    (problem,) = loader.load("cdevents", "events", CDEVENT, cloud_event({"data": CDEVENT})).problems
    assert problem.reason == "mixed_envelopes"


def test_custom_data_of_another_form_costs_only_itself(loader):
    result = loader.load("cdevents", "events", {**CDEVENT, "customData": "<xml/>"})
    assert (result.n_rows_loaded, result.n_values_nulled) == (1, 1)
    assert "customData" not in loader.record("cdevents__events")
