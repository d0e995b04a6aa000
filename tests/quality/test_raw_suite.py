"""Raw extracts: each fault is found, good extracts pass, and absent ones do not matter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from quality.suites import suite
from tests.quality.conftest import EARLIER, NEWEST, PERSON, Desk, applied, failed, spread, stamp

WINDOWS = 112  # days: the last four weeks and three times four before


def deployments(n: int = 300, days: int = WINDOWS, **keys: Any) -> list[dict[str, Any]]:
    return [
        {"id": i, "sha": f"{i:040x}", "created_at": stamp(at), "environment": "live", **keys}
        for i, at in enumerate(spread(n, days))
    ]


def statuses(n: int = 300, first: int = 0, **keys: Any) -> list[dict[str, Any]]:
    url = "https://api.example/repos/a/b/deployments"
    return [
        {
            "id": i,
            "deployment_url": f"{url}/{first + i}",
            "state": "success",
            "created_at": stamp(at),
            **keys,
        }
        for i, at in enumerate(spread(n, WINDOWS))
    ]


def pull_requests(n: int = 300, **keys: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": i,
            "number": i,
            "created_at": stamp(at),
            "merged_at": stamp(at),
            "merge_commit_sha": "a",
            **keys,
        }
        for i, at in enumerate(spread(n, WINDOWS))
    ]


def reviews(n: int = 100, first: int = 0, **keys: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": i,
            "state": "APPROVED",
            "submitted_at": stamp(at),
            "pull_request_url": f"https://api.example/repos/a/b/pulls/{first + i}",
            **keys,
        }
        for i, at in enumerate(spread(n, WINDOWS))
    ]


def incidents(n: int = 100, **keys: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": f"I{i}",
            "status": "resolved",
            "created_at": stamp(at),
            "resolved_at": stamp(at),
            "service": {"id": "S"},
            **keys,
        }
        for i, at in enumerate(spread(n, WINDOWS))
    ]


def entries(n: int = 100, first: int = 0, **keys: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": f"E{i}",
            "type": "notify_log_entry",
            "created_at": stamp(at),
            "incident": {"id": f"I{first + i}"},
            "user": {"id": "U"},
            **keys,
        }
        for i, at in enumerate(spread(n, WINDOWS))
    ]


def commits(n: int = 200, **keys: Any) -> list[dict[str, Any]]:
    return [
        {
            "sha": f"{i:040x}",
            "commit": {"committer": {"date": stamp(at)}},
            "parents": [{"sha": "p"}],
            **keys,
        }
        for i, at in enumerate(spread(n, WINDOWS))
    ]


def people(n: int = 100, **keys: Any) -> list[dict[str, Any]]:
    return [
        {"employee_id": f"E{i}", "name": PERSON, "time_zone": "Europe/Berlin", **keys}
        for i in range(n)
    ]


def good(desk: Desk) -> None:
    desk.landed()
    desk.records("github__deployments", deployments())
    desk.records("github__deployment_statuses", statuses())
    desk.records("github__pull_requests", pull_requests())
    desk.records("github__pull_request_commits", [{"pull_number": i} for i in range(100)])
    desk.records("github__reviews", reviews())
    desk.records("github__commits", commits())
    desk.records("pagerduty__incidents", incidents())
    desk.records("pagerduty__log_entries", entries())
    for at in (EARLIER, NEWEST):
        desk.records("people__roster", people(), at=at)
    desk.records("people__identities", people())
    desk.records("people__team_membership", people())
    desk.records("people__services", [{"service_id": f"S{i}"} for i in range(30)])
    desk.records("people__teams", [{"team_id": f"T{i}"} for i in range(30)])
    desk.records(
        "people__service_ownership",
        [{"service_id": f"S{i}", "team_id": f"T{i}"} for i in range(30)],
    )


# Of the checks of all streams, the stream in which the fault is planted.
AT_FAULT = {
    "lines_can_be_read": "people/teams",
    "few_lines_in_quarantine": "people/teams",
    "values_keep_their_type": "people/services",
    "newest_extract_is_accepted": "github/releases",
    "no_file_is_refused": "github/releases",
    "keeps_up_with_its_source": "github/releases",
    "full_list_did_not_shrink": "people/roster",
    "full_list_did_not_double": "people/identities",
}

# What is planted, by the check that must find it.
FAULTS = {
    ("raw.streams", "lines_can_be_read"),
    ("raw.streams", "few_lines_in_quarantine"),
    ("raw.streams", "values_keep_their_type"),
    ("raw.streams", "newest_extract_is_accepted"),
    ("raw.streams", "no_file_is_refused"),
    ("raw.streams", "keeps_up_with_its_source"),
    ("raw.streams", "full_list_did_not_shrink"),
    ("raw.streams", "full_list_did_not_double"),
    ("raw.github__pull_requests", "goes_on_with_its_source"),
    ("raw.github__deployments", "no_events_of_the_future"),
    ("raw.github__reviews", "times_have_hours"),
    ("raw.github__deployments", "most_have_a_status"),
    ("raw.github__deployments", "statuses_are_of_these_deployments"),
    ("raw.github__deployment_statuses", "most_match_a_deployment"),
    ("raw.github__deployments", "name_a_commit"),
    ("raw.github__deployment_statuses", "states_are_known"),
    ("raw.github__pull_requests", "merged_ones_name_their_commit"),
    ("raw.github__commits", "name_their_parents"),
    ("raw.github__reviews", "states_are_known"),
    ("raw.github__reviews", "most_match_a_pull_request"),
    ("raw.github__pull_request_commits", "most_match_a_pull_request"),
    ("raw.pagerduty__log_entries", "most_match_an_incident"),
    ("raw.pagerduty__log_entries", "entries_are_of_these_incidents"),
    ("raw.pagerduty__log_entries", "pages_name_a_user"),
    ("raw.pagerduty__incidents", "name_a_service"),
    ("raw.pagerduty__incidents", "resolved_ones_say_when"),
    ("raw.people__identities", "most_people_are_in_the_roster"),
    ("raw.people__identities", "people_are_of_this_roster"),
    ("raw.people__team_membership", "most_people_are_in_the_roster"),
    ("raw.people__team_membership", "people_are_of_this_roster"),
    ("raw.people__service_ownership", "most_services_are_declared"),
    ("raw.people__service_ownership", "most_owners_are_teams"),
    ("raw.people__roster", "people_have_a_time_zone"),
}


def bad(desk: Desk) -> None:
    desk.landed()
    later = stamp(NEWEST + timedelta(days=90))
    desk.records("github__deployments", deployments(created_at=later, sha=None))
    desk.records("github__deployment_statuses", statuses(first=10_000, state="wonderful"))
    # The last four weeks are missing, while commits go on.
    silent = [stamp(at) for at in spread(300, 84, NEWEST - timedelta(days=28))]
    desk.records(
        "github__pull_requests",
        [
            one | {"created_at": at, "merge_commit_sha": None}
            for one, at in zip(pull_requests(), silent, strict=True)
        ],
    )
    desk.records("github__pull_request_commits", [{"pull_number": 5000 + i} for i in range(100)])
    midnight = "2026-03-02T00:00:00Z"
    desk.records("github__reviews", reviews(first=5000, state="meh", submitted_at=midnight))
    desk.records("github__commits", commits(parents=[]))
    desk.report("github__releases", at=EARLIER - timedelta(days=30), loaded=10)
    desk.report("github__releases", refused=1)
    desk.records("pagerduty__incidents", incidents(resolved_at=None, service={"id": None}))
    desk.records("pagerduty__log_entries", entries(first=5000, user=None))
    desk.records("people__roster", people(time_zone=None), at=EARLIER)
    desk.records("people__roster", people(30, time_zone=None))
    strangers = [{"employee_id": f"X{i}"} for i in range(100)]
    desk.records("people__identities", strangers[:30], at=EARLIER)
    desk.records("people__identities", strangers)
    desk.records("people__team_membership", strangers)
    desk.records("people__teams", [{"team_id": f"T{i}"} for i in range(30)])
    desk.report("people__teams", quarantined=30)
    desk.records("people__services", [{"service_id": f"S{i}"} for i in range(30)])
    desk.report("people__services", nulled=15)
    desk.records(
        "people__service_ownership",
        [{"service_id": f"Q{i}", "team_id": f"Q{i}"} for i in range(30)],
    )


def test_good_extracts_pass_and_every_check_has_something_to_look_at(desk: Desk) -> None:
    good(desk)
    result = desk.run("raw")
    assert failed(result) == set()
    assert applied(result) == {check.name for check in suite("raw")}


def test_each_planted_fault_is_found_and_every_check_has_one(desk: Desk) -> None:
    bad(desk)
    result = desk.run("raw")
    assert failed(result) >= FAULTS
    described = {one.expectation: one.description for one in result.results}
    for check, stream in AT_FAULT.items():
        assert described[check].endswith(f" Not so: {stream}."), described[check]
    assert {name for _, name in FAULTS} == {check.name for check in suite("raw")}


def test_a_fault_is_counted_and_named_in_a_sentence(desk: Desk) -> None:
    desk.landed("people__roster")
    desk.records("people__roster", people(100), at=EARLIER)
    desk.records("people__roster", people(10))
    (shrunk,) = desk.run("raw").blocking
    assert (shrunk.table, shrunk.expectation) == ("raw.streams", "full_list_did_not_shrink")
    assert (shrunk.n_rows_checked, shrunk.n_unexpected) == (1, 1)
    assert shrunk.description.endswith("rows as the one before. Not so: people/roster.")


@pytest.mark.parametrize("with_statuses", [True, False], ids=["with statuses", "alone"])
def test_deployments_alone_pass(desk: Desk, with_statuses: bool) -> None:
    desk.landed()
    desk.records("github__deployments", deployments())
    if with_statuses:
        desk.records("github__deployment_statuses", statuses())
    result = desk.run("raw")
    assert failed(result) == set()
    outcomes = {(one.table, one.expectation): one.outcome for one in result.results}
    expected = "passed" if with_statuses else "not_applicable"
    assert outcomes[("raw.github__deployments", "most_have_a_status")] == expected
    assert outcomes[("raw.streams", "full_list_did_not_shrink")] == "not_applicable"


def test_nothing_landed_is_no_fault(desk: Desk) -> None:
    desk.landed()
    result = desk.run("raw")
    assert {one.outcome for one in result.results} == {"not_applicable"}


def test_a_stream_that_never_was_loaded_has_no_table_and_is_no_fault(desk: Desk) -> None:
    desk.landed("people__teams")
    result = desk.run("raw")
    assert {one.outcome for one in result.results} == {"not_applicable"}


def test_a_quiet_organisation_is_not_a_broken_export(desk: Desk) -> None:
    """Everything pauses together: that is a holiday, and no fault of one stream."""
    desk.landed()
    paused = [stamp(at) for at in spread(300, 84, NEWEST - timedelta(days=28))]
    desk.records(
        "github__deployments",
        [one | {"created_at": at} for one, at in zip(deployments(), paused, strict=True)],
    )
    assert failed(desk.run("raw")) == set()


def test_an_extract_that_was_mostly_unreadable_stops_even_with_an_empty_table(desk: Desk) -> None:
    desk.landed()
    desk.report("people__teams", quarantined=40)
    assert ("raw.streams", "lines_can_be_read") in failed(desk.run("raw"))
