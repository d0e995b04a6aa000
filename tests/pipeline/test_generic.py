"""Any tool's extracts, in the generic form and with nothing else, give delivery and reliability."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.pipeline.conftest import Finished, load_and_build, published, query

AT = "2026-10-15T00-00-00Z"

# One service, `shop`. The change 2 was in a deployment that failed and was carried by the next;
# what brought change 3 was rolled back.
DEPLOYMENTS = """\
deployment_id,service_id,repository,environment,status,started_at,finished_at,commit_sha,rolled_back_deployment_id
d1,shop,acme/shop,production,success,2026-09-01T06:00:00Z,2026-09-01T06:05:00Z,m0,
d2,shop,acme/shop,production,success,2026-09-02T06:00:00Z,2026-09-02T06:05:00Z,m1,
d3,shop,acme/shop,Production,failure,2026-09-03T14:00:00Z,2026-09-03T14:05:00Z,m2,
d4,shop,,prod,success,2026-09-04T14:00:00Z,2026-09-04T14:05:00Z,m3,
d5,shop,acme/shop,production,success,2026-09-04T16:00:00Z,2026-09-04T16:05:00Z,m1,d4
d6,shop,acme/shop,staging,success,2026-09-04T17:00:00Z,2026-09-04T17:05:00Z,m3,
d7,shop,acme/shop,production,paused,2026-09-05T17:00:00Z,2026-09-05T17:05:00Z,m3,
d8,shop,acme/shop,production,cancelled,2026-09-06T17:00:00Z,2026-09-06T17:05:00Z,m3,
"""


def pull_request(number: int, **more: Any) -> dict[str, Any]:
    return {
        "pull_request_id": f"pr{number}",
        "repository": "acme/shop",
        "number": number,
        "title": f"Change {number}",
        "author_identity": "Ada",
        "author_type": "User",
        "merge_commit_sha": f"m{number}",
        **more,
    }


STREAMS: dict[str, list[dict[str, Any]]] = {
    "deployment_commits": [
        {"deployment_id": "d4", "commit_sha": sha} for sha in ("c2", "m2", "c3", "m3")
    ],
    "commits": [
        {"commit_sha": "m0", "repository": "acme/shop", "committed_at": "2026-08-31T10:00:00Z"},
        {
            "commit_sha": "m1",
            "repository": "acme/shop",
            "author_identity": "Ada",
            "committed_at": "2026-09-01T12:00:00Z",
            "parents": ["m0", "c1"],
        },
        {
            "commit_sha": "m3",
            "repository": "acme/shop",
            "committed_at": "2026-09-04T12:00:00Z",
            "parents": "m2 c3",
        },
    ],
    "pull_requests": [
        pull_request(
            1,
            created_at="2026-09-01T09:00:00Z",
            ready_at="2026-09-01T10:00:00Z",
            merged_at="2026-09-01T12:00:00Z",
        ),
        pull_request(2, created_at="2026-09-03T09:00:00Z", merged_at="2026-09-03T12:00:00Z"),
        pull_request(
            3,
            created_at="2026-09-04T09:00:00Z",
            merged_at="2026-09-04T12:00:00Z",
            labels="type:feature, urgent",
        ),
        pull_request(4, created_at="2026-09-04T09:00:00Z"),
    ],
    "pull_request_commits": [
        {
            "pull_request_id": f"pr{number}",
            "commit_sha": f"c{number}",
            "authored_at": f"2026-09-0{day}T08:00:00Z",
        }
        for number, day in ((1, 1), (2, 3), (3, 4))
    ],
    "reviews": [
        {
            "review_id": f"r{number}",
            "pull_request_id": "pr1",
            "reviewer_identity": who,
            "state": "approved",
            "submitted_at": "2026-09-01T11:00:00+00:00",
        }
        for number, who in enumerate(("Ada", "Ben"))
    ],
    "incidents": [
        {
            "incident_id": "i1",
            "service_id": "shop",
            "started_at": "2026-09-04T14:30:00Z",
            "resolved_at": "2026-09-04T16:30:00Z",
            "caused_by_commit_sha": "m3",
        },
        {"incident_id": "i2", "service_id": "till", "started_at": "2026-09-05T00:00:00Z"},
    ],
}


@pytest.fixture(scope="module")
def generic(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("generic")
    landing = folder / "landing"
    for stream, records in STREAMS.items():
        place = landing / "generic" / stream / AT
        place.mkdir(parents=True)
        (place / "part.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    place = landing / "generic" / "deployments" / AT
    place.mkdir(parents=True)
    (place / "part.csv").write_text(DEPLOYMENTS)
    load_and_build(landing, folder / "home", select="*")
    return Finished(landing, folder / "home", "")


def test_everything_loads(generic: Finished) -> None:
    assert query(generic.home, "select * from raw.quarantine") == []
    assert query(
        generic.home, "select sum(n_rows) from raw.load_report where kind != 'loaded'"
    ) == [(None,)]


def test_a_change_is_out_with_the_first_deployment_that_succeeds(generic: Finished) -> None:
    assert query(
        generic.home,
        "select change_id, service_id, deployment_id, contributor_key, n_reviews,"
        " lead_time_seconds / 3600, pickup_seconds / 3600, exclusion_reason"
        " from core.fct_changes order by all",
    ) == [
        ("pr1", "shop", "d2", "generic/ada", 1, 22 + 5 / 60, 1.0, None),
        ("pr2", "shop", "d4", "generic/ada", 0, 30 + 5 / 60, None, None),
        ("pr3", "shop", "d4", "generic/ada", 0, 6 + 5 / 60, None, None),
    ]


def test_deployments_keep_their_outcome_and_say_what_they_take_back(generic: Finished) -> None:
    assert query(
        generic.home,
        "select deployment_id, environment, status, is_baseline, rolled_back_deployment_id,"
        " is_failed, failure_method from core.fct_deployments order by all",
    ) == [
        ("d1", "production", "success", True, None, False, None),
        ("d2", "production", "success", False, None, False, None),
        ("d3", "production", "failure", False, None, False, None),
        ("d4", "production", "success", False, None, True, "explicit"),
        ("d5", "production", "success", False, "d4", False, None),
        ("d6", "staging", "success", True, None, False, None),
        ("d7", "production", None, False, None, False, None),
        ("d8", "production", "cancelled", False, None, False, None),
    ]


def test_an_incident_that_names_a_commit_is_linked_to_what_deployed_it(generic: Finished) -> None:
    assert query(
        generic.home,
        "select incident_id, deployment_id, link_method from core.bridge_incident_deployments",
    ) == [("i1", "d4", "explicit")]
    assert query(
        generic.home,
        "select incident_id, service_id, is_open from core.fct_incidents order by all",
    ) == [("i1", "shop", False), ("i2", "till", True)]


# Of four that succeeded one failed, and one took it back. The week of the first deployment is no
# whole week of use: the weeks that count had none.
KEYS = {
    "change_failure_rate": 1 / 4,
    "rework_rate": 1 / 4,
    "lead_time_for_changes": 22 + 5 / 60,
    "failed_deployment_recovery_time": 2.0,
    "time_to_restore": 2.0,
    "share_of_changes_without_review": 2 / 3,
}
PERIODS = ["week 2026-08-31", "month 2026-09", "quarter 2026-07"]


@pytest.mark.parametrize("period", PERIODS)
def test_a_service_gets_its_keys_by_week_month_and_quarter(generic: Finished, period: str) -> None:
    figures = dict(
        query(
            generic.home,
            "select metric_id, value from metrics.met_measures"
            " where group_family = 'service' and group_key = 'shop'"
            f" and period_id = '{period}' and profile_id = 'fairlead'",
        )
    )
    assert {key: figures[key] for key in KEYS} == pytest.approx(KEYS)


@pytest.mark.parametrize(
    ("period", "weeks"), [("week 2026-09-07", 1), ("month 2026-09", 3), ("quarter 2026-07", 3)]
)
def test_weeks_without_a_deployment_are_zeros_of_every_period(
    generic: Finished, period: str, weeks: int
) -> None:
    assert query(
        generic.home,
        "select metric_id, value, n_events from metrics.met_measures"
        " where group_family = 'service' and group_key = 'shop' and profile_id = 'fairlead'"
        " and metric_id in ('deployment_frequency', 'deployments_per_week')"
        f" and period_id = '{period}' order by all",
    ) == [("deployment_frequency", 0, weeks), ("deployments_per_week", 0, weeks)]


@pytest.mark.parametrize("period", PERIODS)
def test_every_definition_profile_has_figures_of_the_service(
    generic: Finished, period: str
) -> None:
    assert query(
        generic.home,
        "select distinct profile_id from metrics.met_measures"
        f" where group_family = 'service' and group_key = 'shop' and period_id = '{period}'"
        " order by all",
    ) == query(generic.home, "select profile_id from reference.definition_profiles order by all")


def test_without_people_there_is_no_team_and_no_cohort_is_shown(generic: Finished) -> None:
    assert query(
        generic.home, "select distinct group_family from metrics.met_measures order by all"
    ) == [("organisation",), ("service",)]
    rows = published(generic.home)["leadership.delivery"]
    assert not any("shown" in row for row in rows)
