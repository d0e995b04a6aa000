"""What is asked of each vendor, and what of it lands."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.landing import load_contracts
from orchestration.landing.check import check_landing
from orchestration.landing.freshness import freshness
from orchestration.landing.load import load_landing
from orchestration.sources.api import ExtractError, Options
from orchestration.sources.api.notes import iso, moment
from tests.extract.conftest import NOW, Desk
from tests.extract.github_service import (
    REPOSITORY,
    GitHub,
    day,
    make_commit,
    make_deployment,
    make_issue,
    make_pull,
)
from tests.extract.pagerduty_service import PagerDuty, make_incident, make_log
from tests.fixtures.rest_server import Reply

NEXT = NOW + timedelta(days=1)
SINCE = Options(since=moment("2026-08-31T00:00:00Z"))


def numbers(desk: Desk, stream: str, key: str) -> list[object]:
    """A key of the records of the newest extract."""
    newest = max(desk.landing.glob(f"github/{stream}/*"))
    (file,) = newest.glob("*.jsonl.gz")
    return [json.loads(line)[key] for line in gzip.decompress(file.read_bytes()).splitlines()]


def test_records_land_as_they_are_sent(desk: Desk, github: GitHub) -> None:
    desk.github()
    found = desk.records()
    assert found["pull_requests"] == github.pulls
    assert found["issues"] == github.issues
    assert found["commits"] == github.commits
    assert found["review_comments"] == github.comments
    commit = found["pull_request_commits"][0]
    assert commit == make_commit("p5-0", 5) | {"repository": REPOSITORY, "pull_number": 5}


def test_each_attempt_of_a_run_is_a_record(desk: Desk) -> None:
    desk.github()
    attempts = [(one["id"], one["run_attempt"]) for one in desk.records()["workflow_runs"]]
    assert sorted(attempts) == [(3001, 1), (3002, 1), (3002, 2), (3002, 3), (3003, 1)]


@pytest.mark.parametrize("vendor", ["github", "pagerduty"])
def test_what_lands_is_what_the_contracts_ask_for(
    vendor: str, desk: Desk, pager: Desk, tmp_path: Path
) -> None:
    one = desk if vendor == "github" else pager
    found = desk.github() if vendor == "github" else pager.pagerduty(SINCE)
    checked = check_landing(one.landing, load_contracts())
    assert checked.findings == []
    assert checked.n_rows == sum(found.records.values())
    assert all(found.records.values())
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        loads = load_landing(connection, one.landing, load_contracts())
        assert sum(load.n_rows_loaded for load in loads) == checked.n_rows
        assert not [load for load in loads if load.problems or load.gaps]


def test_the_next_extract_holds_what_changed_since_the_last_and_the_overlap(
    desk: Desk, github: GitHub
) -> None:
    github.pulls.insert(
        0, make_pull(6, 8.5)
    )  # changed within the overlap: 8 September is 7 days on
    desk.github()
    github.pulls = [make_pull(2, 9.6), *(one for one in github.pulls if one["number"] != 2)]
    github.issues.insert(0, make_issue(14, 9.5))
    found = desk.github(now=NEXT)
    assert found.since["pull_requests"] == NOW - timedelta(days=1)
    assert numbers(desk, "pull_requests", "number") == [2, 6]
    assert numbers(desk, "issues", "number") == [14]
    assert found.records["reviews"] == 2
    asked = [request for request in desk.server.requests if request.path.endswith("/issues")]
    assert asked[-1].said["since"] == iso(NOW - timedelta(days=1))
    assert str(found).startswith(f"{REPOSITORY}: ")
    assert "since 2026-09-09T00:00:00Z" in str(found)


def test_the_overlap_can_be_said_and_a_time_takes_the_place_of_the_last_end(desk: Desk) -> None:
    desk.github()
    desk.github(Options(overlap_hours=24 * 7), now=NEXT)
    assert numbers(desk, "pull_requests", "number") == [5, 4, 3, 2]
    desk.github(Options(since=moment(day(4))), now=NEXT + timedelta(days=1))
    assert numbers(desk, "pull_requests", "number") == [5, 4]
    assert numbers(desk, "commits", "sha") == ["c5", "c4"]


def test_two_extracts_of_one_second_do_not_share_a_folder(desk: Desk) -> None:
    first, second = desk.github(), desk.github()
    assert second.until == first.until + timedelta(seconds=1)


def test_commits_that_were_merged_late_are_not_missed(desk: Desk, github: GitHub) -> None:
    desk.github()
    # Written before the last extract, on a branch that was merged after it.
    github.commits = [make_commit("m1", 9.5), make_commit("old", 1), *github.commits]
    found = desk.github(now=NEXT)
    assert found.records["commits"] == 2
    assert numbers(desk, "commits", "sha") == ["old", "m1"]
    assert desk.github(now=NEXT + timedelta(days=1)).records["commits"] == 0


def test_a_rewritten_history_is_read_by_time(desk: Desk, github: GitHub) -> None:
    desk.github()
    github.commits = [make_commit("new", 9.5), *github.commits[1:]]
    github.commits[1]["commit"]["committer"]["date"] = day(9)
    assert desk.github(now=NEXT).records["commits"] == 2


def test_late_statuses_of_recent_deployments_are_asked_for(desk: Desk, github: GitHub) -> None:
    github.deployments = [make_deployment(7, 7), make_deployment(1, 0)]
    desk.github()
    found = desk.github(now=NEXT)
    # Both are from before the last extract; one of them is recent.
    assert found.records["deployments"] == 0
    assert found.records["deployment_statuses"] == 3
    github.deployments[1]["updated_at"] = day(9.5)
    found = desk.github(now=NEXT + timedelta(days=1))
    assert found.records["deployments"] == 1
    assert found.records["deployment_statuses"] == 6


def test_an_empty_repository_and_one_without_issues_are_no_fault(
    desk: Desk, github: GitHub
) -> None:
    github.commits, answer = [], github.__call__

    def without_issues(request):
        return Reply(status=410) if request.path.endswith("/issues") else answer(request)

    desk.server.answer = without_issues
    found = desk.github()
    assert (found.records["commits"], found.records["issues"]) == (0, 0)
    assert found.records["pull_requests"] == 5


def test_an_unknown_stream_is_named_with_those_there_are(desk: Desk) -> None:
    with pytest.raises(ExtractError, match=r"no stream pulls\. Streams are .*pull_requests"):
        desk.github(Options(streams=frozenset({"pulls"})))


def test_an_extract_that_found_nothing_counts_as_an_extract(desk: Desk, github: GitHub) -> None:
    github.releases = []
    desk.github()
    stream = load_contracts()[("github", "releases")]
    (found,) = freshness(desk.landing, [stream], NOW)
    assert found.newest == NOW


def test_windows_of_pagerduty_are_halved_until_no_list_is_too_long(
    pager: Desk, pagerduty: PagerDuty, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = pager.pagerduty(SINCE).records
    monkeypatch.setattr("orchestration.sources.api.pagerduty._MOST_RECORDS", 4)
    monkeypatch.setattr("orchestration.sources.api.pagerduty._LIMIT", 2)
    pagerduty.most = 4
    pager.landing = pager.landing.with_name("again")
    assert pager.pagerduty(SINCE).records == expected
    windows = {
        (request.said["since"], request.said["until"])
        for request in pager.server.requests
        if request.path == "/log_entries"
    }
    assert len(windows) > 3


def test_a_list_without_its_length_is_halved_at_its_end(
    pager: Desk, pagerduty: PagerDuty, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = pager.pagerduty(SINCE).records
    monkeypatch.setattr("orchestration.sources.api.pagerduty._MOST_RECORDS", 200)
    pager.landing = pager.landing.with_name("again")
    # Two steps of two records: five incidents do not fit.
    assert pager.pagerduty(SINCE).records == expected


def test_more_users_than_pagerduty_shows_are_said(
    pager: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.sources.api.pagerduty._MOST_RECORDS", 1)
    with pytest.raises(ExtractError, match=r"no more than 1 schedules.*--stream"):
        pager.pagerduty(SINCE)


def test_incidents_carry_their_custom_fields(pager: Desk) -> None:
    pager.pagerduty(SINCE)
    fields = [one["custom_fields"] for one in pager.records("pagerduty")["incidents"]]
    assert fields == [[{"name": "root_cause", "value": "deployment"}]] * 5


def test_an_old_incident_that_goes_on_is_read_again(pager: Desk, pagerduty: PagerDuty) -> None:
    pager.pagerduty(SINCE)
    pagerduty.incidents.append(make_incident(6, 9.2))
    pagerduty.log_entries += make_log(6, 9.2)
    late = {**make_log(2, 9.5)[2], "id": "L2-again"}
    pagerduty.log_entries.append(late)
    found = pager.pagerduty(now=NEXT)
    assert found.records["incidents"] == 2
    assert found.records["log_entries"] == 4
    assert found.records["users"] == 2
