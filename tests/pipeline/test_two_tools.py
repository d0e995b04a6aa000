"""An organisation that moved from one set of tools to another: nothing counts twice or gets lost.

GitHub and PagerDuty until 10 September, GitLab, Opsgenie and Jira from then on. The old history
was imported, both paging tools rang in parallel for a while, incident.io stood on top of them,
and a pipeline reported each deployment as CDEvents, too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import load_and_build, query

AT = "2026-10-15T00-00-00Z"
OLD, NEW = "acme/shop", "group/shop"


def sha(name: str) -> str:
    """A commit's name as 40 digits."""
    return name.encode().hex().ljust(40, "0")


def github_commit(name: str, at: str, *parents: str) -> dict[str, Any]:
    return {
        "sha": sha(name),
        "repository": OLD,
        "commit": {"author": {"date": at}, "committer": {"date": at}, "message": name},
        "author": {"login": "ada", "id": 1, "type": "User"},
        "parents": [{"sha": sha(parent)} for parent in parents],
    }


def gitlab_commit(name: str, at: str, *parents: str) -> dict[str, Any]:
    return {
        "id": sha(name),
        "web_url": f"https://gitlab.example/{NEW}/-/commit/{sha(name)}",
        "authored_date": at,
        "committed_date": at,
        "message": name,
        "author_email": "ada@example.org",
        "parent_ids": [sha(parent) for parent in parents],
    }


def github_deployment(number: int, name: str, at: str) -> dict[str, Any]:
    return {
        "id": number,
        "sha": sha(name),
        "repository": OLD,
        "environment": "production",
        "created_at": at,
        "updated_at": at,
    }


def status(number: int, at: str) -> dict[str, Any]:
    return {
        "id": number,
        "deployment_id": number,
        "state": "success",
        "created_at": at,
        "repository": OLD,
    }


def event(name: str, kind: str, at: str, **content: Any) -> dict[str, Any]:
    return {
        "context": {
            "id": name,
            "source": "pipeline",
            "type": f"dev.cdevents.{kind}.0.1.1",
            "timestamp": at,
        },
        "subject": {"id": "shop", "content": {"environment": {"id": "production"}, **content}},
    }


def merge_request(number: int, name: str, merged_at: str, **more: Any) -> dict[str, Any]:
    return {
        "id": 7000 + number,
        "iid": number,
        "project_id": 7,
        "references": {"full": f"{NEW}!{number}"},
        "state": "merged",
        "title": name,
        "author": {"id": 5, "username": "ada.l"},
        "source_branch": name,
        "target_branch": "main",
        "created_at": merged_at.replace("T1", "T0"),
        "updated_at": merged_at,
        "merged_at": merged_at,
        "merge_commit_sha": sha(name),
        **more,
    }


# m0 ← m1 ← p1 ← m2 lay in GitHub and were imported; m3 came after the move.
HISTORY = [
    ("m0", "2026-08-30T10:00:00Z", ()),
    ("m1", "2026-09-01T12:00:00Z", ("m0", "c1")),
    ("c1", "2026-09-01T08:00:00Z", ("m0",)),
    ("p1", "2026-09-02T12:00:00Z", ("m1",)),
    ("m2", "2026-09-09T12:00:00Z", ("p1", "c2")),
    ("c2", "2026-09-09T08:00:00Z", ("p1",)),
]
AFTER = [("m3", "2026-09-12T12:00:00Z", ("m2", "c3")), ("c3", "2026-09-12T08:00:00Z", ("m2",))]

STREAMS: dict[str, list[dict[str, Any]]] = {
    "github/commits": [github_commit(name, at, *parents) for name, at, parents in HISTORY],
    "github/pull_requests": [
        {
            "id": number,
            "number": number,
            "state": "closed",
            "user": {"login": "ada", "id": 1, "type": "User"},
            "created_at": merged_at.replace("T1", "T0"),
            "updated_at": merged_at,
            "merged_at": merged_at,
            "merge_commit_sha": sha(f"m{number}"),
            "base": {"ref": "main", "repo": {"full_name": OLD, "default_branch": "main"}},
        }
        for number, merged_at in ((1, "2026-09-01T12:00:00Z"), (2, "2026-09-09T12:00:00Z"))
    ],
    "github/deployments": [
        github_deployment(1, "m0", "2026-08-31T06:00:00Z"),
        github_deployment(2, "p1", "2026-09-03T06:00:00Z"),
    ],
    "github/deployment_statuses": [
        status(1, "2026-08-31T06:05:00Z"),
        status(2, "2026-09-03T06:05:00Z"),
    ],
    "github/issues": [
        {
            "id": 90,
            "number": 9,
            "state": "open",
            "repository": OLD,
            "labels": [{"name": "bug"}],
            "created_at": "2026-09-03T10:00:00Z",
        }
    ],
    "gitlab/commits": [gitlab_commit(name, at, *parents) for name, at, parents in HISTORY + AFTER],
    "gitlab/merge_requests": [
        merge_request(1, "m1", "2026-09-01T12:00:00Z"),
        merge_request(2, "m2", "2026-09-09T12:00:00Z"),
        merge_request(3, "m3", "2026-09-12T12:00:00Z"),
    ],
    "gitlab/merge_request_notes": [
        {
            "id": 500 + number,
            "noteable_iid": number,
            "noteable_type": "MergeRequest",
            "project_id": 7,
            "system": True,
            "body": "approved this merge request",
            "author": {"id": 6, "username": "ben.b"},
            "created_at": at,
            "updated_at": at,
        }
        for number, at in ((1, "2026-09-01T11:00:00Z"), (3, "2026-09-12T11:00:00Z"))
    ],
    "gitlab/deployments": [
        {
            "id": 2,
            "project_id": 7,
            "sha": sha("m3"),
            "ref": "main",
            "status": "success",
            "environment": {"name": "production"},
            "deployable": {"finished_at": "2026-09-13T06:05:00Z"},
            "created_at": "2026-09-13T06:00:00Z",
            "updated_at": "2026-09-13T06:05:00Z",
        }
    ],
    "gitlab/issues": [
        {
            "id": 91,
            "iid": 1,
            "project_id": 7,
            "references": {"full": f"{NEW}#1"},
            "state": "opened",
            "labels": ["bug"],
            "created_at": "2026-09-12T10:00:00Z",
            "updated_at": "2026-09-12T10:00:00Z",
        }
    ],
    "gitlab/pipelines": [
        {
            "id": 3,
            "web_url": f"https://gitlab.example/{NEW}/-/pipelines/3",
            "sha": sha("m3"),
            "ref": "main",
            "source": "push",
            "status": "failed",
            "created_at": "2026-09-12T12:00:00Z",
            "updated_at": "2026-09-12T12:10:00Z",
        }
    ],
    "cdevents/events": [
        event("e1", "service.deployed", "2026-09-03T06:07:00Z"),
        event("e2", "service.upgraded", "2026-09-13T06:06:00Z"),
        event("e3", "service.rolledback", "2026-09-20T06:00:00Z"),
    ],
    "jira/issues": [
        {
            "id": "92",
            "key": "SHOP-1",
            "fields": {
                "project": {"key": "SHOP"},
                "issuetype": {"name": "Bug"},
                "labels": ["found-in-production"],
                "components": [{"name": "Shop"}],
                "created": "2026-09-14T18:00:00.000+0800",
                "updated": "2026-09-15T18:00:00.000+0800",
                "resolutiondate": "2026-09-15T18:00:00.000+0800",
            },
        }
    ],
    "jira/issue_changelogs": [
        {
            "id": "1",
            "issue_key": "SHOP-1",
            "created": "2026-09-16T18:00:00.000+0800",
            "items": [{"field": "resolution", "fromString": "Done", "toString": None}],
        }
    ],
    "pagerduty/incidents": [
        {
            "id": "P1",
            "status": "resolved",
            "service": {"id": "PS"},
            "created_at": "2026-09-03T10:00:00Z",
            "resolved_at": "2026-09-03T11:00:00Z",
        }
    ],
    "pagerduty/services": [{"id": "PS", "name": "Shop (PagerDuty)"}],
    "pagerduty/log_entries": [
        {
            "id": "L1",
            "type": "notify_log_entry",
            "created_at": "2026-09-03T10:00:10Z",
            "incident": {"id": "P1"},
            "service": {"id": "PS"},
            "user": {"id": "PU"},
        }
    ],
    "opsgenie/incidents": [
        {
            "id": name,
            "status": "resolved",
            "impactedServices": ["OS"],
            "createdAt": start,
            "updatedAt": end,
            "impactStartDate": start,
            "impactEndDate": end,
        }
        for name, start, end in (
            ("o1", "2026-09-03T10:02:00Z", "2026-09-03T11:00:00Z"),
            ("o2", "2026-09-14T10:00:00Z", "2026-09-14T12:00:00Z"),
        )
    ],
    "opsgenie/alerts": [
        {
            "id": name,
            "status": "closed",
            "createdAt": at,
            "updatedAt": at,
            "details": {"incident-id": incident},
            "report": {"ackTime": 60000, "acknowledgedBy": "Ada@example.org"},
        }
        for name, incident, at in (
            ("a1", "o1", "2026-09-03T10:01:00Z"),
            ("a2", "o2", "2026-09-14T10:00:00Z"),
        )
    ],
    "incident_io/incidents": [
        {
            "id": "ii",
            "name": "The shop is down",
            "mode": "standard",
            "incident_status": {"category": "closed"},
            "severity": {"name": "Major"},
            "created_at": "2026-09-03T10:04:00Z",
            "updated_at": "2026-09-03T12:00:00Z",
            "custom_field_entries": [
                {
                    "custom_field": {"name": "Affected services"},
                    "values": [{"value_catalog_entry": {"name": "Shop", "external_id": "shop"}}],
                }
            ],
        }
    ],
}

CSV = {
    "people/services": f"""\
service_id,service_name,criticality,mission,repository,pagerduty_service_id,opsgenie_service_id,valid_from,valid_to
shop,Shop,tier_1,product,{OLD},PS,OS,2026-01-01,2026-09-10
shop,Shop,tier_1,product,{NEW},PS,OS,2026-09-10,
""",
    "people/identities": """\
employee_id,system,identity
E1,github,ada
E1,gitlab,ada.l
E1,gitlab,ada@example.org
E1,pagerduty,PU
E1,opsgenie,ada@example.org
""",
}

# One process builds it for all.
pytestmark = pytest.mark.xdist_group("two tools")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two_tools")
    for stream, records in STREAMS.items():
        place = folder / "landing" / stream / AT
        place.mkdir(parents=True)
        (place / "part.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    for stream, text in CSV.items():
        place = folder / "landing" / stream / AT
        place.mkdir(parents=True)
        (place / "part.csv").write_text(text)
    load_and_build(folder / "landing", folder / "home")
    return folder / "home"


def test_everything_loads(home: Path) -> None:
    said = "select stream, kind, reason, field, n_rows from raw.load_report where kind != 'loaded'"
    assert query(home, said) == []


def test_a_change_counts_once_in_whichever_tool_it_was_made(home: Path) -> None:
    found = query(
        home,
        "select change_id, service_id, author_person_id, deployment_id, n_reviews"
        " from core.fct_changes order by merged_at",
    )
    assert found == [
        ("1", "shop", "E1", "2", 0),
        (f"{OLD}@{sha('p1')}", "shop", "E1", "2", 0),
        # Merged before the move, and out with the first deployment after it.
        ("2", "shop", "E1", "gitlab/2", 0),
        ("gitlab/7003", "shop", "E1", "gitlab/2", 1),
    ]


def test_a_deployment_counts_once_and_a_rollback_that_only_events_tell_of_is_one(
    home: Path,
) -> None:
    assert query(
        home,
        "select deployment_id, service_id, is_rollback, rolled_back_deployment_id"
        " from core.fct_deployments order by finished_at",
    ) == [
        ("1", "shop", False, None),
        ("2", "shop", False, None),
        ("gitlab/2", "shop", False, None),
        ("cdevents/pipeline/e3", "shop", True, "gitlab/2"),
    ]


def test_an_outage_counts_once_and_each_person_is_called_once(home: Path) -> None:
    assert query(
        home,
        "select incident_id, service_id, time_to_restore_seconds / 3600"
        " from core.fct_incidents order by detected_at",
    ) == [("P1", "shop", 1.0), ("opsgenie/o2", "shop", 2.0)]
    assert query(
        home,
        "select page_id, incident_id, person_id from core.fct_pages order by paged_at",
    ) == [("L1", "P1", "E1"), ("opsgenie/a2", "opsgenie/o2", "E1")]


def test_issues_and_checks_of_every_tool_belong_to_the_service(home: Path) -> None:
    assert query(
        home,
        "select issue_id, service_id, is_defect, is_found_in_production, is_open"
        " from core.fct_issues order by opened_at",
    ) == [
        ("90", "shop", True, None, True),
        ("gitlab/91", "shop", True, None, True),
        # Opened again on the 16th.
        ("jira/92", "shop", True, True, True),
    ]
    assert query(
        home, "select workflow_run_id, service_id, conclusion from core.fct_workflow_runs"
    ) == [("gitlab/3", "shop", "failure")]
