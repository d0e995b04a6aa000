"""What is written keeps to the stream contracts, and to the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from orchestration.landing import load_contracts
from orchestration.sources.demo import AS_OF
from tests.demo.conftest import Extracts, moment, values

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "orchestration" / "landing" / "streams"
# Sources that the demo organisation has no extracts of, and why.
NOT_WRITTEN = {
    "cdevents": "GitHub and GitLab tell of the deployments themselves",
    "generic": "no tool of the organisation needs the generic form",
    "governance": "nobody has used the reports yet",
    "incident_io": "the organisation is on call with PagerDuty and Opsgenie",
    "reviews": "nothing is made of reviews yet",
}
WRITTEN = sorted({source for source, _ in load_contracts()} - set(NOT_WRITTEN))
FORBIDDEN = ("pay", "salary", "birth", "ethnic", "medical", "gender", "leave_reason")
# What tells of the past. The timeline of a schedule goes on: it is planned.
MOMENTS = {
    ("github", "pull_requests"): ("created_at", "updated_at", "closed_at", "merged_at"),
    ("github", "reviews"): ("submitted_at",),
    ("github", "review_comments"): ("created_at", "updated_at"),
    ("github", "commits"): ("commit.author.date", "commit.committer.date"),
    ("github", "pull_request_commits"): ("commit.author.date", "commit.committer.date"),
    ("github", "deployments"): ("created_at", "updated_at"),
    ("github", "deployment_statuses"): ("created_at",),
    ("github", "releases"): ("created_at", "published_at"),
    ("github", "issues"): ("created_at", "updated_at", "closed_at"),
    ("github", "workflow_runs"): ("created_at", "run_started_at", "updated_at"),
    ("gitlab", "merge_requests"): ("created_at", "updated_at", "closed_at", "merged_at"),
    ("gitlab", "merge_request_notes"): ("created_at", "updated_at"),
    ("gitlab", "commits"): ("authored_date", "committed_date"),
    ("gitlab", "deployments"): (
        *("created_at", "updated_at"),
        *("deployable.started_at", "deployable.finished_at"),
    ),
    ("gitlab", "issues"): ("created_at", "updated_at", "closed_at"),
    ("gitlab", "pipelines"): ("created_at", "started_at", "finished_at", "updated_at"),
    ("jira", "issues"): ("fields.created", "fields.updated", "fields.resolutiondate"),
    ("jira", "issue_changelogs"): ("created",),
    ("pagerduty", "incidents"): ("created_at", "updated_at", "resolved_at"),
    ("pagerduty", "log_entries"): ("created_at",),
    ("pagerduty", "oncalls"): ("start",),
    ("opsgenie", "incidents"): ("createdAt", "updatedAt", "impactStartDate", "impactEndDate"),
    ("opsgenie", "alerts"): ("createdAt", "updatedAt"),
    ("support", "tickets"): ("opened_at", "escalated_at", "resolved_at", "updated_at"),
    ("survey", "responses"): ("submitted_at",),
}


@pytest.mark.parametrize("source", WRITTEN)
def test_every_record_has_the_required_keys_of_its_contract(
    extracts: Extracts, source: str
) -> None:
    contract = yaml.safe_load((CONTRACTS / f"{source}.yml").read_text("utf-8"))
    for stream, rules in contract["streams"].items():
        records = extracts.all(source, stream)
        assert records, stream
        required = [k for k, rule in rules["keys"].items() if rule.get("required")]
        for key in required:
            wanting = [r for r in records if not values(r, key)]
            assert not wanting, f"{stream}.{key}"
            empty = [v for r in records for v in values(r, key) if v in (None, "")]
            assert not empty, f"{stream}.{key}"


def test_people_files_have_exactly_the_headers_of_the_contract(extracts: Extracts) -> None:
    contract = yaml.safe_load((CONTRACTS / "people.yml").read_text("utf-8"))
    for stream, rules in contract["streams"].items():
        assert list(extracts.snapshot(stream)[0]) == list(rules["keys"]), stream


def test_every_stream_is_written_but_those_of_sources_that_are_named(extracts: Extracts) -> None:
    contracts = load_contracts()
    assert set(NOT_WRITTEN) <= {source for source, _ in contracts}
    assert set(extracts.summary.counts) == {
        f"{source}.{name}" for source, name in contracts if source not in NOT_WRITTEN
    }


def test_vendors_send_more_than_the_contracts_take(extracts: Extracts) -> None:
    pulls = extracts.all("github", "pull_requests")
    assert {"body", "html_url", "node_id"} <= pulls[0].keys()
    assert all("avatar_url" in pull["user"] for pull in pulls if pull["user"])
    assert all({"email", "name"} <= u.keys() for u in extracts.all("pagerduty", "users"))
    requests = extracts.all("gitlab", "merge_requests")
    assert all({"description", "squash"} <= r.keys() for r in requests)
    assert all("name" in r["author"] for r in extracts.all("gitlab", "merge_requests"))
    assert all("displayName" in i["fields"]["reporter"] for i in extracts.all("jira", "issues"))
    assert all({"source", "tinyId"} <= alert.keys() for alert in extracts.all("opsgenie", "alerts"))


def test_no_forbidden_key_about_people_exists(extracts: Extracts) -> None:
    streams = [stream for source, stream in load_contracts() if source == "people"]
    headers = {key for stream in streams for key in extracts.snapshot(stream)[0]}
    assert not [key for key in headers for word in FORBIDDEN if word in key]


@pytest.mark.parametrize(("source", "stream"), sorted(MOMENTS))
def test_nothing_happens_after_the_visit_that_tells_of_it(
    extracts: Extracts, source: str, stream: str
) -> None:
    visits = extracts.visits(source, stream)
    assert tuple(visits) == extracts.summary.extracts
    for folder, records in visits.items():
        at = datetime.strptime(folder, "%Y-%m-%dT%H-%M-%SZ").replace(tzinfo=UTC)
        assert at <= AS_OF
        for key in MOMENTS[source, stream]:
            latest = max((v for r in records for v in values(r, key) if v), key=moment, default="")
            assert not latest or moment(latest) <= at, (folder, key)
