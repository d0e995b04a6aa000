"""The cases in which a figure is most easily wrong: each by its name, in one organisation.

Every case has a service of its own, in the generic form, and what is asserted are the facts and the
rows of metrics that follow from them. Times are those of 2026, in UTC, as `month-day hour:minute`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import Rows, load_and_build, published, query, write_records

AT = "2026-10-15T00-00-00Z"
SEPTEMBER = "month 2026-09"
Record = dict[str, Any]


def sha(name: str) -> str:
    """A commit's name as 40 digits."""
    return name.encode().hex().ljust(40, "0")


def moment(short: str) -> str:
    day, time = short.split()
    return f"2026-{day}T{time}{':00' if time.count(':') == 1 else ''}Z"


def deployment(service: str, name: str, at: str, commit: str | None = None, **more: Any) -> Record:
    return {
        "deployment_id": name,
        "service_id": service,
        "repository": f"acme/{service.split('-')[0]}",
        "environment": "production",
        "status": "success",
        "started_at": moment(at),
        "finished_at": moment(at),
        "commit_sha": commit and sha(commit),
        **more,
    }


def commit(service: str, name: str, at: str, *parents: str, **more: Any) -> Record:
    return {
        "commit_sha": sha(name),
        "repository": f"acme/{service.split('-')[0]}",
        "author_identity": "ada",
        "authored_at": moment(at),
        "committed_at": moment(at),
        "parents": [sha(parent) for parent in parents],
        **more,
    }


def pull_request(service: str, name: str, merged_at: str, **more: Any) -> Record:
    """Its merge commit has its name."""
    return {
        "pull_request_id": name,
        "repository": f"acme/{service.split('-')[0]}",
        "title": name,
        "author_identity": "ada",
        "author_type": "User",
        "created_at": moment(merged_at),
        "merged_at": moment(merged_at),
        "merge_commit_sha": sha(name),
        **more,
    }


def incident(service: str, name: str, at: str, until: str | None = None, **more: Any) -> Record:
    return {
        "incident_id": name,
        "service_id": service,
        "started_at": moment(at),
        "resolved_at": until and moment(until),
        **more,
    }


DEPLOYMENTS = [
    # The first one holds what was there before; the second one, what came since.
    deployment("first", "first-1", "09-01 10:00", "first-a"),
    deployment("first", "first-2", "09-02 10:00", "first-b"),
    # The second attempt failed: what it was to bring, the third one brought.
    deployment("carried", "carried-1", "09-01 10:00", "carried-0"),
    deployment("carried", "carried-2", "09-02 10:00", "carried-a", status="failure"),
    deployment("carried", "carried-3", "09-03 10:00", "carried-b"),
    deployment("squashed", "squashed-1", "09-01 10:00", "squashed-0"),
    deployment("squashed", "squashed-2", "09-03 10:00", "squashed-a"),
    deployment("wavering", "wavering-1", "09-01 10:00", "wavering-0"),
    deployment("wavering", "wavering-2", "09-02 10:00", "wavering-a"),
    deployment("wavering", "wavering-3", "09-03 10:00", "wavering-b"),
    deployment("wavering", "wavering-4", "09-04 10:00", "wavering-c"),
    deployment("back", "back-1", "09-01 10:00", "back-v1"),
    deployment("back", "back-2", "09-02 10:00", "back-v2"),
    deployment("back", "back-3", "09-03 10:00", "back-v3"),
    deployment("back", "back-4", "09-03 12:00", "back-v1"),
    # Two services of one repository. The third one deploys what is not for it, too.
    deployment("mono-a", "mono-1", "09-01 10:00", "mono-0"),
    deployment("mono-b", "mono-2", "09-01 10:00", "mono-0"),
    deployment("mono-a", "mono-3", "09-03 10:00", "mono-y"),
    deployment("mono-b", "mono-4", "09-04 10:00", "mono-y"),
    # What one of them brought took both down.
    deployment("cause", "cause-1", "09-01 10:00", "cause-0"),
    deployment("cause", "cause-2", "09-03 10:00", "cause-a"),
    deployment("victim", "victim-1", "09-01 10:00", "victim-0"),
    deployment("victim", "victim-2", "09-03 09:00", "victim-a"),
    deployment("young", "young-1", "09-03 10:00", "young-0"),
    deployment("twins", "twins-1", "09-01 10:00", "twins-0"),
    deployment("twins", "twins-10", "09-02 10:00", "twins-b"),
    deployment("twins", "twins-9", "09-02 10:00", "twins-a"),
    # The one that started later is the later one, whatever it is called.
    deployment("pair", "pair-1", "09-01 10:00", "pair-0"),
    deployment("pair", "pair-b", "09-02 10:00", "pair-x", started_at=moment("09-02 09:40")),
    deployment("pair", "pair-a", "09-02 10:00", "pair-y", started_at=moment("09-02 09:50")),
    deployment("broken", "broken-1", "09-01 10:00", "broken-0"),
    deployment("broken", "broken-2", "09-02 10:00", "broken-a"),
    deployment("blind", "blind-1", "09-01 10:00", "blind-v1"),
    deployment("blind", "blind-2", "09-02 10:00", "blind-v2"),
    deployment("blind", "blind-3", "09-03 10:00"),
    deployment("blind", "blind-4", "09-04 10:00", "blind-v1"),
    deployment("eager", "eager-1", "09-01 10:00", "eager-0"),
    deployment("eager", "eager-2", "09-02 10:00", "eager-c2"),
    deployment("eager", "eager-3", "09-04 10:00", "eager-a"),
    deployment("robots", "robots-1", "09-01 10:00", "robots-0"),
    deployment("robots", "robots-2", "09-03 10:00", "robots-b"),
    deployment("renamed", "renamed-1", "09-01 10:00", "renamed-0"),
    deployment("renamed", "renamed-2", "09-10 10:00", "renamed-1"),
    deployment("renamed", "renamed-3", "09-20 10:00", "renamed-2"),
    deployment("orphan", "orphan-1", "09-01 10:00", "orphan-0"),
    deployment("quiet", "quiet-1", "07-08 10:00", "quiet-0"),
    deployment("quiet", "quiet-2", "09-09 10:00", "quiet-1"),
    deployment("lonely", "lonely-1", "08-01 10:00", "lonely-0"),
    deployment("lonely", "lonely-2", "08-03 10:00", "lonely-a"),
    # 31 August in UTC, 1 September in Kolkata; Sunday in UTC, Monday in Kolkata.
    deployment("kolkata", "kolkata-1", "08-31 18:29"),
    deployment("kolkata", "kolkata-2", "08-31 18:30"),
    deployment("kolkata", "kolkata-3", "09-06 18:30"),
    deployment("adelaide", "adelaide-1", "08-31 14:29"),
    deployment("adelaide", "adelaide-2", "08-31 14:30"),
    deployment("york", "york-1", "10-01 03:59"),
    deployment("york", "york-2", "10-01 04:00"),
    # From a team in Berlin to one in Kolkata, on 1 September.
    deployment("handed", "handed-1", "08-31 21:00"),
    deployment("handed", "handed-2", "08-31 22:30"),
    deployment("handed", "handed-3", "09-01 00:10"),
    # The night to 29 March has 23 hours in Berlin, and 01:30 in UTC is half past three.
    deployment("summer", "summer-1", "03-28 22:59", "summer-0"),
    deployment("summer", "summer-2", "03-28 23:00", "summer-1"),
    deployment("summer", "summer-3", "03-29 01:30", "summer-a"),
    deployment("summer", "summer-4", "03-29 21:59", "summer-2"),
    deployment("summer", "summer-5", "03-29 22:00", "summer-3"),
]

COMMITS = [
    commit("first", "first-a", "08-31 08:00"),
    commit("first", "first-b", "09-01 20:00", "first-a"),
    commit("carried", "carried-0", "08-31 08:00"),
    commit("carried", "carried-a", "09-01 20:00", "carried-0"),
    commit("carried", "carried-b", "09-02 20:00", "carried-a"),
    commit("squashed", "squashed-0", "08-31 08:00"),
    commit("squashed", "squashed-a", "09-02 20:00", "squashed-0"),
    commit("wavering", "wavering-0", "08-31 08:00"),
    commit("wavering", "wavering-a", "09-01 20:00", "wavering-0"),
    commit(
        *("wavering", "wavering-b", "09-02 20:00", "wavering-a"),
        message=f'Revert "Shelves"\n\nThis reverts commit {sha("wavering-a")}.',
    ),
    commit(
        *("wavering", "wavering-c", "09-03 20:00", "wavering-b"),
        message=f'Reapply "Shelves"\n\nThis reverts commit {sha("wavering-b")}.',
    ),
    commit("mono", "mono-0", "08-31 08:00"),
    commit("mono", "mono-x", "09-02 20:00", "mono-0"),
    commit("mono", "mono-y", "09-02 21:00", "mono-x"),
    commit("twins", "twins-0", "08-31 08:00"),
    commit("twins", "twins-a", "09-01 20:00", "twins-0"),
    commit("twins", "twins-b", "09-01 21:00", "twins-a"),
    commit("eager", "eager-0", "08-31 08:00"),
    commit("eager", "eager-c1", "09-01 20:00", "eager-0"),
    commit("eager", "eager-c2", "09-01 21:00", "eager-c1"),
    commit("eager", "eager-a", "09-03 20:00", "eager-0", "eager-c2"),
    commit("robots", "robots-0", "08-31 08:00"),
    commit("robots", "robots-a", "09-02 20:00", "robots-0"),
    commit("robots", "robots-b", "09-02 21:00", "robots-a"),
    commit("lonely", "lonely-0", "07-31 08:00"),
    commit("lonely", "lonely-a", "08-02 20:00", "lonely-0"),
    commit("summer", "summer-0", "03-28 08:00"),
    commit("summer", "summer-1", "03-28 09:00"),
    commit("summer", "summer-a", "03-29 00:45", "summer-1"),
]

PULL_REQUESTS = [
    pull_request("first", "first-a", "08-31 08:00"),
    pull_request("first", "first-b", "09-01 20:00"),
    pull_request("carried", "carried-a", "09-01 20:00"),
    pull_request("carried", "carried-b", "09-02 20:00"),
    pull_request("squashed", "squashed-a", "09-02 20:00"),
    pull_request("wavering", "wavering-a", "09-01 20:00", title="Shelves"),
    pull_request("wavering", "wavering-b", "09-02 20:00", title='Revert "Shelves"'),
    pull_request("wavering", "wavering-c", "09-03 20:00", title='Reapply "Shelves"'),
    pull_request("mono", "mono-x", "09-02 20:00", labels=["service:mono-a"]),
    pull_request("mono", "mono-y", "09-02 21:00", labels=["service:mono-b"]),
    pull_request("twins", "twins-a", "09-01 20:00"),
    pull_request("twins", "twins-b", "09-01 21:00"),
    pull_request("eager", "eager-a", "09-03 20:00"),
    pull_request("robots", "robots-a", "09-02 20:00", author_identity="renovate[bot]"),
    pull_request("robots", "robots-b", "09-02 21:00", created_at=moment("09-02 08:00")),
    pull_request("lonely", "lonely-a", "08-02 20:00", author_identity="sol"),
    pull_request("summer", "summer-a", "03-29 00:45"),
]

PULL_REQUEST_COMMITS = [
    {"pull_request_id": request, "commit_sha": sha(name), "authored_at": moment(at)}
    for request, name, at in (
        ("squashed-a", "squashed-c1", "09-01 12:00"),
        ("squashed-a", "squashed-c2", "09-02 12:00"),
        ("eager-a", "eager-c1", "09-01 20:00"),
        ("eager-a", "eager-c2", "09-01 21:00"),
        ("summer-a", "summer-c1", "03-29 00:30"),
    )
]

REVIEWS = [
    {
        "review_id": f"review-{number}",
        "pull_request_id": request,
        "reviewer_identity": who,
        "state": "approved",
        "submitted_at": moment("09-02 20:30"),
    }
    for number, (request, who) in enumerate(
        [("robots-b", "reviewer-bot"), ("mono-y", "sol"), ("robots-b", "ada")]
    )
]

INCIDENTS = [
    incident("wavering", "wavering-i", "09-02 12:00", "09-03 12:00"),
    # One outage of two services, told by each of them; both name what caused it.
    *(
        incident(service, f"{service}-i", "09-03 11:00", until, caused_by_deployment_id="cause-2")
        for service, until in (("cause", "09-03 13:00"), ("victim", "09-03 15:00"))
    ),
    incident("young", "young-i", "09-03 08:00", "09-03 09:00"),
    incident("pair", "pair-i", "09-02 11:00", "09-02 12:00"),
    incident("broken", "broken-i", "09-02 11:00"),
    incident("kolkata", "kolkata-i", "08-31 18:30", "08-31 18:50"),
]

DEFECTS = [
    {
        "defect_id": "defect-1",
        "service_id": "first",
        "created_at": moment("09-05 00:00"),
        "found_in": "Production",
    }
]

# service: (team, and until when)
OWNERS: dict[str, list[tuple[str, str | None]]] = {
    "renamed": [("team-renamed", None)],
    "lonely": [("team-lonely", None)],
    "kolkata": [("team-kolkata", None)],
    "adelaide": [("team-adelaide", None)],
    "york": [("team-york", None)],
    "handed": [("team-berlin", "2026-09-01"), ("team-kolkata", None)],
    "summer": [("team-berlin", None)],
    "orphan": [],
}
SERVICES = sorted({one["service_id"] for one in DEPLOYMENTS})
BEGINNING = "2026-01-01"


def team(name: str, division: str, **more: Any) -> Record:
    return {
        "team_id": f"team-{name}",
        "team_name": name,
        "division": division,
        "valid_from": BEGINNING,
        **more,
    }


def owners(service: str) -> list[Record]:
    found, since = [], BEGINNING
    for owner, until in OWNERS.get(service, [("team-many", None)]):
        found.append(
            {
                "service_id": service,
                "team_id": owner,
                "valid_from": since,
                **({"valid_to": until} if until else {}),
            }
        )
        since = until or since
    return found


PEOPLE: dict[str, list[Record]] = {
    "teams": [
        team("many", "north"),
        team("renamed", "north", valid_to="2026-09-15"),
        team("renamed", "north", team_name="another name", valid_from="2026-09-15"),
        team("lonely", "alone"),
        team("kolkata", "east", time_zone="Asia/Kolkata"),
        team("adelaide", "east", time_zone="Australia/Adelaide"),
        team("york", "east", time_zone="America/New_York"),
        team("berlin", "east", time_zone="Europe/Berlin"),
    ],
    "services": [
        {
            "service_id": service,
            "service_name": service,
            "repository": f"acme/{service.split('-')[0]}",
            "valid_from": BEGINNING,
        }
        for service in SERVICES
    ],
    "service_ownership": [one for service in SERVICES for one in owners(service)],
    # Two moved from Berlin to New York on 10 September.
    "roster": [
        {"employee_id": "ada", "valid_from": BEGINNING, "time_zone": "Mars/Olympus_Mons"},
        {"employee_id": "sol", "valid_from": BEGINNING, "time_zone": "Australia/Adelaide"},
        {
            "employee_id": "two",
            "valid_from": BEGINNING,
            "valid_to": "2026-09-10",
            "time_zone": "Europe/Berlin",
        },
        {"employee_id": "two", "valid_from": "2026-09-10", "time_zone": "America/New_York"},
    ],
    "team_membership": [
        {"employee_id": person, "team_id": name, "allocation_share": share, "valid_from": BEGINNING}
        for person, name, share in (
            ("ada", "team-many", 1),
            ("sol", "team-lonely", 1),
            ("two", "team-many", 0.4),
            ("two", "team-berlin", 0.6),
        )
    ],
    "identities": [
        {"employee_id": person, "system": system, "identity": person}
        for person in ("ada", "sol", "two")
        for system in ("generic", "pagerduty")
    ],
}

PAGES = [
    {
        "id": f"page-{number}",
        "type": "notify_log_entry",
        "created_at": moment(at),
        "user": {"id": who},
    }
    for number, (who, at) in enumerate(
        [
            ("two", "09-08 05:30"),
            ("two", "09-15 05:30"),
            ("sol", "09-08 12:29"),
            ("ada", "09-08 12:00"),
        ]
    )
]


STREAMS: dict[str, list[Record]] = {
    "generic/deployments": DEPLOYMENTS,
    "generic/commits": COMMITS,
    "generic/pull_requests": PULL_REQUESTS,
    "generic/pull_request_commits": PULL_REQUEST_COMMITS,
    "generic/reviews": REVIEWS,
    "generic/incidents": INCIDENTS,
    "generic/defects": DEFECTS,
    "pagerduty/log_entries": PAGES,
    **{f"people/{stream}": records for stream, records in PEOPLE.items()},
}


@pytest.fixture(scope="module")
def edge_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a build over all of them."""
    folder = tmp_path_factory.mktemp("edge_cases")
    write_records(folder / "landing", AT, STREAMS)
    load_and_build(folder / "landing", folder / "home", select="*")
    assert query(folder / "home", "select * from raw.quarantine") == []
    return folder / "home"


def figure(home: Path, group: str, metric: str, period: str = SEPTEMBER) -> tuple[Any, ...] | None:
    """(value, numerator, denominator, events) of a group such as `team/a`, None without a row."""
    family, key = group.split("/")
    found = query(
        home,
        f"""
        select value, numerator, denominator, n_events from metrics.met_measures
        where
            group_family = '{family}' and group_key = '{key}'
            and metric_id = '{metric}' and period_id = '{period}' and profile_id = 'fairlead'""",
    )
    assert len(found) <= 1
    return found[0] if found else None


def changes(home: Path, service: str, *columns: str) -> Rows:
    return query(
        home,
        f"select change_id, {', '.join(columns)} from core.fct_changes"
        f" where repository = 'acme/{service.split('-')[0]}' order by all",
    )


def deployments(home: Path, service: str, *columns: str) -> Rows:
    return query(
        home,
        f"select deployment_id, {', '.join(columns)} from core.fct_deployments"
        f" where service_id = '{service}' order by all",
    )


def test_what_the_first_deployment_holds_has_no_lead_time_and_the_deployment_counts(
    edge_cases: Path,
) -> None:
    assert deployments(edge_cases, "first", "is_baseline", "is_failed") == [
        ("first-1", True, False),
        ("first-2", False, False),
    ]
    assert changes(
        edge_cases, "first", "deployment_id", "lead_time_seconds", "exclusion_reason"
    ) == [
        ("first-a", None, None, "held by the baseline deployment"),
        ("first-b", "first-2", 14 * 3600, None),
    ]
    assert figure(edge_cases, "service/first", "lead_time_for_changes") == (14, None, None, 1)
    assert figure(edge_cases, "service/first", "change_failure_rate") == (0, 0, 2, 2)


def test_what_a_failed_deployment_was_to_bring_counts_with_the_next_success(
    edge_cases: Path,
) -> None:
    assert changes(edge_cases, "carried", "deployment_id", "lead_time_seconds") == [
        ("carried-a", "carried-3", 38 * 3600),
        ("carried-b", "carried-3", 14 * 3600),
    ]
    # The median of 14 and 38 hours; an attempt that did not reach production is no deployment.
    assert figure(edge_cases, "service/carried", "lead_time_for_changes") == (26, None, None, 2)
    assert figure(edge_cases, "service/carried", "change_failure_rate") == (0, 0, 2, 2)


def test_a_squash_is_one_change_that_starts_with_the_first_commit_of_its_branch(
    edge_cases: Path,
) -> None:
    assert changes(edge_cases, "squashed", "change_kind", "deployment_id", "lead_time_seconds") == [
        ("squashed-a", "pull_request", "squashed-2", 46 * 3600)
    ]
    assert figure(edge_cases, "service/squashed", "lead_time_for_changes") == (46, None, None, 1)


def test_a_revert_of_a_revert_brings_the_change_back_and_is_no_rework(edge_cases: Path) -> None:
    assert changes(
        edge_cases, "wavering", "is_revert", "is_reapplication", "reverts_change_id"
    ) == [
        ("wavering-a", False, False, None),
        ("wavering-b", True, False, "wavering-a"),
        ("wavering-c", False, True, "wavering-b"),
    ]
    # The incident ended with the revert: what had brought the change failed.
    assert deployments(
        edge_cases, "wavering", "is_unplanned", "is_failed", "failure_method", "recovery_seconds"
    ) == [
        ("wavering-1", False, False, None, None),
        ("wavering-2", False, True, "revert", 24 * 3600),
        ("wavering-3", True, False, None, None),
        ("wavering-4", False, False, None, None),
    ]
    group = "service/wavering"
    assert figure(edge_cases, group, "rework_rate") == (1 / 4, 1, 4, 4)
    assert figure(edge_cases, group, "change_failure_rate") == (1 / 4, 1, 4, 4)
    # Of three changes the first did not hold; the revert was not a fault that came back.
    assert figure(edge_cases, group, "share_of_changes_reverted") == (*(1 / 3, 1, 3, 3),)


def test_of_v1_v2_v3_v1_the_failure_is_v2_and_not_v3(edge_cases: Path) -> None:
    assert deployments(
        edge_cases,
        *("back", "is_rollback", "rolled_back_deployment_id"),
        *("is_failed", "failure_method", "recovery_seconds"),
    ) == [
        ("back-1", False, None, False, None, None),
        ("back-2", False, None, True, "rollback", 26 * 3600),
        ("back-3", False, None, False, None, None),
        ("back-4", True, "back-2", False, None, None),
    ]
    group = "service/back"
    assert figure(edge_cases, group, "change_failure_rate") == (1 / 4, 1, 4, 4)
    assert figure(edge_cases, group, "rework_rate") == (1 / 4, 1, 4, 4)
    assert figure(edge_cases, group, "rollback_rate") == (1 / 4, 1, 4, 4)
    assert figure(edge_cases, group, "failed_deployment_recovery_time") == (26, None, None, 1)


def test_a_change_in_a_shared_repository_is_out_when_its_own_service_is_deployed(
    edge_cases: Path,
) -> None:
    assert changes(edge_cases, "mono-a", "service_id", "deployment_id", "lead_time_seconds") == [
        ("mono-x", "mono-a", "mono-3", 14 * 3600),
        ("mono-y", "mono-b", "mono-4", 37 * 3600),
    ]
    assert figure(edge_cases, "service/mono-a", "lead_time_for_changes") == (14, None, None, 1)
    assert figure(edge_cases, "service/mono-b", "lead_time_for_changes") == (37, None, None, 1)
    assert figure(edge_cases, "service/mono-a", "change_failure_rate") == (0, 0, 2, 2)
    assert figure(edge_cases, "service/mono-b", "change_failure_rate") == (0, 0, 2, 2)
    assert figure(edge_cases, "service/mono-b", "share_of_changes_without_review") == (0, 0, 1, 1)


def test_an_incident_over_two_services_fails_one_deployment_once_and_hurts_both(
    edge_cases: Path,
) -> None:
    assert query(
        edge_cases,
        "select incident_id, deployment_id, link_method from core.bridge_incident_deployments"
        " where deployment_id = 'cause-2' order by all",
    ) == [("cause-i", "cause-2", "explicit"), ("victim-i", "cause-2", "explicit")]
    # The service that brought it failed; the other one did not, though it was deployed just before.
    assert figure(edge_cases, "service/cause", "change_failure_rate") == (1 / 2, 1, 2, 2)
    assert figure(edge_cases, "service/victim", "change_failure_rate") == (0, 0, 2, 2)
    assert figure(edge_cases, "service/cause", "time_to_restore") == (2, None, None, 1)
    assert figure(edge_cases, "service/victim", "time_to_restore") == (4, None, None, 1)
    # It has recovered when both have.
    assert deployments(edge_cases, "cause", "is_failed", "recovery_seconds") == [
        ("cause-1", False, None),
        ("cause-2", True, 5 * 3600),
    ]
    services = query(
        edge_cases,
        "select sum(numerator) from metrics.met_measures"
        " where profile_id = 'fairlead' and group_family = 'service'"
        f" and metric_id = 'change_failure_rate' and period_id = '{SEPTEMBER}'",
    )
    whole = figure(edge_cases, "organisation/all", "change_failure_rate")
    assert whole is not None
    assert services == [(whole[1],)]


def test_an_incident_before_any_deployment_blames_none(edge_cases: Path) -> None:
    assert (
        query(
            edge_cases,
            "select * from core.bridge_incident_deployments where incident_id = 'young-i'",
        )
        == []
    )
    assert figure(edge_cases, "service/young", "change_failure_rate") == (0, 0, 1, 1)
    assert figure(edge_cases, "service/young", "time_to_restore") == (1, None, None, 1)
    assert figure(edge_cases, "service/young", "failed_deployment_recovery_time") is None


def test_two_deployments_in_one_second_have_one_order(edge_cases: Path) -> None:
    assert deployments(edge_cases, "twins", "previous_success_deployment_id") == [
        ("twins-1", None),
        ("twins-10", "twins-9"),
        ("twins-9", "twins-1"),
    ]
    assert changes(edge_cases, "twins", "deployment_id") == [
        ("twins-a", "twins-9"),
        ("twins-b", "twins-10"),
    ]
    assert figure(edge_cases, "service/twins", "change_failure_rate") == (0, 0, 3, 3)
    # The incident is blamed on the one that counts as the later.
    assert deployments(edge_cases, "pair", "previous_success_deployment_id", "is_failed") == [
        ("pair-1", None, False),
        ("pair-a", "pair-b", True),
        ("pair-b", "pair-1", False),
    ]
    assert figure(edge_cases, "service/pair", "change_failure_rate") == (1 / 3, 1, 3, 3)


def test_an_incident_that_is_open_is_censored_and_has_no_end(edge_cases: Path) -> None:
    assert deployments(
        edge_cases,
        "broken",
        "is_failed",
        "recovered_at",
        "recovery_seconds",
        "is_recovery_censored",
    ) == [("broken-1", False, None, None, False), ("broken-2", True, None, None, True)]
    assert query(
        edge_cases,
        "select is_open, time_to_restore_seconds from core.fct_incidents"
        " where incident_id = 'broken-i'",
    ) == [(True, None)]
    # Half of them have not ended: the median is not known, and that it counts is.
    group = "service/broken"
    assert figure(edge_cases, group, "failed_deployment_recovery_time") == (None, None, None, 1)
    assert figure(edge_cases, group, "time_to_restore") == (None, None, None, 1)
    assert figure(edge_cases, group, "change_failure_rate") == (1 / 2, 1, 2, 2)


def test_a_deployment_without_commits_counts_brings_no_change_and_hides_no_rollback(
    edge_cases: Path,
) -> None:
    assert deployments(edge_cases, "blind", "is_rollback", "rolled_back_deployment_id") == [
        ("blind-1", False, None),
        ("blind-2", False, None),
        ("blind-3", False, None),
        ("blind-4", True, "blind-2"),
    ]
    assert changes(edge_cases, "blind", "deployment_id") == []
    assert figure(edge_cases, "service/blind", "change_failure_rate") == (1 / 4, 1, 4, 4)
    assert figure(edge_cases, "service/blind", "lead_time_for_changes") is None


def test_a_change_that_was_deployed_before_its_merge_is_out_from_then_on(edge_cases: Path) -> None:
    assert changes(
        edge_cases,
        *("eager", "deployment_id", "lead_time_seconds"),
        *("deploy_seconds", "unknown_part_reason", "exclusion_reason"),
    ) == [("eager-a", "eager-2", 14 * 3600, None, "deployed before the merge", None)]
    assert figure(edge_cases, "service/eager", "lead_time_for_changes") == (14, None, None, 1)
    assert figure(edge_cases, "service/eager", "deploy_time") == (None, None, None, 0)


def test_what_a_bot_changes_counts_and_a_bot_counts_for_nobody(edge_cases: Path) -> None:
    assert changes(edge_cases, "robots", "is_bot", "contributor_key", "n_reviews") == [
        ("robots-a", True, None, 0),
        ("robots-b", False, "ada", 0),
    ]
    group = "service/robots"
    assert figure(edge_cases, group, "lead_time_for_changes") == (13.5, None, None, 2)
    # A bot's word on a change is no review, nor is the author's own.
    assert figure(edge_cases, group, "share_of_changes_without_review") == (1, 2, 2, 2)
    assert query(
        edge_cases,
        "select contributor_key from metrics.met_delivery_contributors"
        f" where group_key = 'robots' and period_id = '{SEPTEMBER}'",
    ) == [("ada",)]


def test_a_person_in_two_teams_counts_once_where_most_of_their_time_goes(edge_cases: Path) -> None:
    assert query(
        edge_cases,
        "select group_key from core.bridge_person_groups where person_id = 'two'"
        f" and group_family = 'team' and period_id = '{SEPTEMBER}'",
    ) == [("team-berlin",)]
    pages = {
        group: figure(edge_cases, group, "pages_per_person")
        for group in ("team/team-berlin", "team/team-many", "team/team-lonely", "organisation/all")
    }
    assert pages == {
        "team/team-berlin": (2, 2, 1, 2),
        "team/team-many": (1, 1, 1, 1),
        "team/team-lonely": (1, 1, 1, 1),
        "organisation/all": (4 / 3, 4, 3, 4),
    }


def test_a_defect_is_an_issue_of_its_service(edge_cases: Path) -> None:
    assert query(
        edge_cases,
        "select issue_id, service_id, is_defect, is_found_in_production from core.fct_issues",
    ) == [("defect-1", "first", True, True)]
    assert figure(edge_cases, "service/first", "escaped_defects_per_100_changes") == (
        100,
        1,
        0.01,
        1,
    )


def test_a_team_that_is_renamed_stays_one_team(edge_cases: Path) -> None:
    team = "team/team-renamed"
    assert figure(edge_cases, team, "change_failure_rate") == (0, 0, 3, 3)
    assert figure(edge_cases, team, "change_failure_rate", "quarter 2026-07") == (0, 0, 3, 3)
    assert figure(edge_cases, "division/north", "teams_reorganised") == (
        1,
        1,
        None,
        1,
    )


def test_a_service_without_owner_counts_for_the_organisation_and_for_no_team(
    edge_cases: Path,
) -> None:
    assert deployments(edge_cases, "orphan", "team_id", "counted_on::varchar") == [
        ("orphan-1", None, "2026-09-01")
    ]
    assert figure(edge_cases, "service/orphan", "change_failure_rate") == (0, 0, 1, 1)
    assert query(
        edge_cases,
        "select distinct group_family from core.bridge_service_groups"
        " where service_id = 'orphan' order by all",
    ) == [("organisation",), ("service",)]
    assert figure(edge_cases, "organisation/all", "services_without_owner") == (
        1,
        1,
        len(SERVICES),
        len(SERVICES),
    )


def test_an_empty_period_has_no_rate_and_keeps_its_weeks_of_zero(edge_cases: Path) -> None:
    group, august = "service/quiet", "month 2026-08"
    assert figure(edge_cases, group, "change_failure_rate", august) is None
    assert figure(edge_cases, group, "lead_time_for_changes", august) is None
    assert figure(edge_cases, group, "deployments_per_week", august) == (0, 0, 4, 4)
    assert figure(edge_cases, group, "deployment_frequency", august) == (0, None, None, 4)
    assert figure(edge_cases, group, "deployments_per_week") == (1 / 3, 1, 3, 3)


def test_a_team_of_one_has_figures_in_the_warehouse_and_none_that_is_published(
    edge_cases: Path,
) -> None:
    quarter = "quarter 2026-07"
    assert figure(edge_cases, "team/team-lonely", "lead_time_for_changes", quarter) == (
        *(14, None, None, 1),
    )
    assert figure(edge_cases, "division/alone", "lead_time_for_changes", quarter) is not None
    cells = query(
        edge_cases,
        "select distinct status from cohorts.coh_gated_cells where cohort_key = 'alone'",
    )
    assert cells
    assert ("published",) not in cells
    # What goes out names the cohort, and no value of it.
    rows = [row for row in published(edge_cases)["leadership.delivery"] if "alone" in row]
    assert rows
    assert not any("published" in row for row in rows)
    assert not any(isinstance(value, float) for row in rows for value in row)


# ----------------------------------------------------------------------------------------------
# Time: whose clock, whose team, whose day.


def counted(home: Path, group: str, grain: str) -> dict[str, int]:
    """Deployments of a group by period."""
    family, key = group.split("/")
    return dict(
        query(
            home,
            f"""
            select period_id, cast(denominator as integer) from metrics.met_measures
            where profile_id = 'fairlead' and
                group_family = '{family}' and group_key = '{key}' and period_grain = '{grain}'
                and metric_id = 'change_failure_rate' and profile_id = 'fairlead'""",
        )
    )


def test_a_month_begins_at_midnight_where_the_team_is(edge_cases: Path) -> None:
    assert counted(edge_cases, "service/kolkata", "month") == {"month 2026-08": 1, SEPTEMBER: 2}
    assert counted(edge_cases, "service/adelaide", "month") == {"month 2026-08": 1, SEPTEMBER: 1}
    # What happened to users then counts on the same clock; how long it took is no matter of it.
    assert figure(edge_cases, "service/kolkata", "time_to_restore") == (
        *(pytest.approx(1 / 3), None, None, 1),
    )


def test_a_quarter_ends_at_midnight_where_the_team_is(edge_cases: Path) -> None:
    assert counted(edge_cases, "service/york", "quarter") == {
        "quarter 2026-07": 1,
        "quarter 2026-10": 1,
    }


def test_a_week_begins_on_monday_where_the_team_is(edge_cases: Path) -> None:
    assert counted(edge_cases, "service/kolkata", "week") == {
        "week 2026-08-31": 2,
        "week 2026-09-07": 1,
    }
    weeks = query(
        edge_cases,
        "select week_start::date::varchar, n_deployments from core.fct_service_weeks"
        " where service_id = 'kolkata' order by all limit 2",
    )
    assert weeks == [("2026-09-07", 1), ("2026-09-14", 0)]
    assert figure(edge_cases, "service/kolkata", "deployments_per_week", "week 2026-09-07") == (
        1,
        1,
        1,
        1,
    )


def test_a_hand_over_changes_the_team_and_the_clock_at_once(edge_cases: Path) -> None:
    assert deployments(edge_cases, "handed", "team_id", "counted_on::varchar") == [
        ("handed-1", "team-berlin", "2026-08-31"),
        ("handed-2", "team-berlin", "2026-09-01"),
        ("handed-3", "team-kolkata", "2026-09-01"),
    ]
    # Berlin's September has what it deployed after its own midnight.
    assert counted(edge_cases, "team/team-berlin", "month") == {
        "month 2026-03": 5,
        "month 2026-08": 1,
        SEPTEMBER: 1,
    }
    assert counted(edge_cases, "team/team-kolkata", "month") == {"month 2026-08": 1, SEPTEMBER: 3}


def test_the_night_on_which_clocks_change_has_its_own_midnights_and_hours(edge_cases: Path) -> None:
    assert deployments(edge_cases, "summer", "counted_on::varchar") == [
        ("summer-1", "2026-03-28"),
        ("summer-2", "2026-03-29"),
        ("summer-3", "2026-03-29"),
        ("summer-4", "2026-03-29"),
        ("summer-5", "2026-03-30"),
    ]
    # From half past one to half past three by the clock: one hour went by.
    assert changes(edge_cases, "summer", "lead_time_seconds") == [("summer-a", 3600)]
    assert counted(edge_cases, "service/summer", "week") == {
        "week 2026-03-23": 4,
        "week 2026-03-30": 1,
    }


def test_a_page_wakes_people_where_they_are(edge_cases: Path) -> None:
    assert query(
        edge_cases,
        "select person_id, local_paged_at::varchar, is_in_sleep_hours, is_after_hours"
        " from core.fct_pages order by paged_at",
    ) == [
        # Half past seven in Berlin; half past one in New York, a week after moving there.
        ("two", "2026-09-08 07:30:00", False, True),
        # A zone that does not exist is unknown: nothing is guessed.
        ("ada", None, None, None),
        ("sol", "2026-09-08 21:59:00", False, True),
        ("two", "2026-09-15 01:30:00", True, True),
    ]
    assert query(edge_cases, "select * from core.fct_record_faults") == [
        ("roster", "time zone is unknown", "ada/2026-01-01")
    ]


@pytest.mark.parametrize("grain", ["week", "month", "quarter"])
def test_by_whatever_clock_every_event_counts_once(edge_cases: Path, grain: str) -> None:
    """What the teams and the services without an owner have adds up to what everyone has."""
    whole = counted(edge_cases, "organisation/all", grain)
    parts: dict[str, int] = {}
    for group in {f"service/{service}" for service in SERVICES}:
        for period, number in counted(edge_cases, group, grain).items():
            parts[period] = parts.get(period, 0) + number
    assert parts == whole
    by_team = query(
        edge_cases,
        f"""
        select sum(denominator) from metrics.met_measures
        where profile_id = 'fairlead' and
            group_family = 'team' and period_grain = '{grain}' and profile_id = 'fairlead'
            and metric_id = 'change_failure_rate'""",
    )
    assert by_team == [(sum(whole.values()) - 1,)]
    assert sum(whole.values()) == sum(one["status"] == "success" for one in DEPLOYMENTS)


def test_weeks_are_for_services_teams_and_the_organisation_and_are_never_published(
    edge_cases: Path,
) -> None:
    assert query(
        edge_cases,
        "select distinct group_family from metrics.met_measures"
        " where period_grain = 'week' order by all",
    ) == [("organisation",), ("service",), ("team",)]
    assert (
        query(
            edge_cases,
            "select period_id from cohorts.coh_cells where not starts_with(period_id, 'quarter')",
        )
        == []
    )
