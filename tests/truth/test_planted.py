"""A fault that is planted on one side is seen, and told without naming a person."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.pipeline.conftest import AS_OF
from tests.truth.changes import Change
from tests.truth.comparison import differences, report, stored
from tests.truth.conftest import Recomputed
from tests.truth.definitions import profile
from tests.truth.facts import Facts, gather
from tests.truth.incidents import Outage
from tests.truth.landing import Landing
from tests.truth.metrics.delivery import lead_time
from tests.truth.metrics.figures import Figure
from tests.truth.moments import moment
from tests.truth.recompute import TABLES


def deployment_an_hour_later(facts: Facts, landing: Landing) -> str:
    """All statuses of the deployment that brought the slowest of a few changes, an hour later.
    Returns its service."""
    changes_of: dict[tuple[str | None, str], list[Change]] = {}
    for change in facts.changes.deployed():
        if change.deployment is not None and change.first_commit_at is not None:
            month = f"{change.deployed_at:%Y-%m}"
            changes_of.setdefault((change.deployment.service_id, month), []).append(change)
    slowest = (
        max(changes, key=lambda change: lead_time(change, profile()) or 0)
        for changes in changes_of.values()
        if 2 <= len(changes) <= 10
    )
    deployment = next(
        change.deployment
        for change in slowest
        if change.deployment is not None and change.deployment.deployment_id.isdigit()
    )
    for _, record in landing.streams["github", "deployment_statuses"]:
        if str(record["deployment_url"]).endswith(f"/{deployment.deployment_id}"):
            at = moment(record["created_at"])
            assert at is not None
            record["created_at"] = (at + timedelta(hours=1)).isoformat()
    assert deployment.service_id is not None
    return deployment.service_id


def reviews_lost(facts: Facts, landing: Landing) -> str:
    """Every review of one change. Returns the change's service."""
    change = next(
        change
        for change in facts.changes.deployed()
        if change.system == "github"
        and change.first_review_at is not None
        and change.first_review_at <= change.merged_at
    )
    landing.streams["github", "reviews"] = [
        (at, record)
        for at, record in landing.streams["github", "reviews"]
        if not str(record["pull_request_url"]).endswith(
            f"repos/{change.repository}/pulls/{change.number}"
        )
    ]
    assert change.deployment is not None
    assert change.deployment.service_id is not None
    return change.deployment.service_id


def defect_found_elsewhere(facts: Facts, landing: Landing) -> str:
    """An issue of a repository with one service that was found in production, and now is not."""
    for _, record in landing.streams["github", "issues"]:
        names = [label["name"] for label in record["labels"]]
        repository = record["repository_url"].rpartition("/repos/")[2]
        services = facts.services.of_repository.get(repository, set())
        if "found in production" in names and len(services) == 1:
            number = record["id"]
            for _, version in landing.streams["github", "issues"]:
                if version["id"] == number:
                    version["labels"] = [{"name": "bug"}, {"name": "found in staging"}]
            return next(iter(services))
    raise AssertionError("no such defect")


def comments_lost(facts: Facts, landing: Landing) -> str:
    """What the reviews of one small change said. Returns the change's service."""
    for change in facts.changes.deployed():
        reviews = {review.review_id for review in change.reviews}
        is_discussed = any(one in facts.told.comments_of_review for one in reviews)
        if is_discussed and change.n_changed_lines is not None and change.n_changed_lines < 50:
            landing.streams["github", "review_comments"] = [
                (at, record)
                for at, record in landing.streams["github", "review_comments"]
                if str(record["pull_request_review_id"]) not in reviews
            ]
            assert change.deployment is not None
            assert change.deployment.service_id is not None
            return change.deployment.service_id
    raise AssertionError("no such change")


def old_defect_closed(facts: Facts, landing: Landing) -> str:
    """An issue that was found in production long ago and is open, closed the day after. Returns the
    whole organisation."""
    for _, record in landing.streams["github", "issues"]:
        names = [label["name"] for label in record["labels"]]
        at = moment(record["created_at"])
        is_old = at is not None and at < facts.as_of - timedelta(days=90)
        if "found in production" in names and is_old and record.get("closed_at") is None:
            for _, version in landing.streams["github", "issues"]:
                if version["id"] == record["id"]:
                    assert at is not None
                    version["closed_at"] = (at + timedelta(days=1)).isoformat()
            return "all"
    raise AssertionError("no such defect")


def incident_that_lasted(facts: Facts, landing: Landing) -> str:
    """The only incident of a service in a month was over five hours later. Returns its service."""
    outages_of: dict[tuple[str | None, str], list[Outage]] = {}
    for outage in facts.outages:
        month = f"{outage.detected_at:%Y-%m}"
        outages_of.setdefault((outage.service_id, month), []).append(outage)
    ends = [
        (at, record)
        for at, record in landing.streams["pagerduty", "log_entries"]
        if record["type"] == "resolve_log_entry"
    ]
    for (service, _), outages in outages_of.items():
        here = [one for _, one in ends if one["incident"]["id"] == outages[0].incident_id]
        if len(outages) == 1 and outages[0].resolved_at is not None and here and service:
            for record in here:
                at = moment(record["created_at"])
                assert at is not None
                record["created_at"] = (at + timedelta(hours=5)).isoformat()
            return service
    raise AssertionError("no such incident")


def page_in_the_morning(facts: Facts, landing: Landing) -> str:
    """A page of the night moves to noon, in UTC. Returns the whole organisation."""
    for _, record in landing.streams["pagerduty", "log_entries"]:
        at = moment(record["created_at"])
        assert at is not None
        if record["type"] == "notify_log_entry" and at.hour in (0, 1) and at.isoweekday() < 6:
            record["created_at"] = at.replace(hour=12).isoformat()
            return "all"
    raise AssertionError("no such page")


def owner_lost(facts: Facts, landing: Landing) -> str:
    """The last ownership of a service that has an owner. Returns the service's criticality."""
    owned = next(
        one
        for one in facts.people.ownerships
        if one.valid_to is None
        and any(
            row.service_id == one.service_id and not row.valid_to for row in facts.services.rows
        )
    )
    stream = landing.streams["people", "service_ownership"]
    landing.streams["people", "service_ownership"] = [
        (at, record) for at, record in stream if record["service_id"] != owned.service_id
    ]
    row = next(row for row in facts.services.rows if row.service_id == owned.service_id)
    assert row.criticality is not None
    return row.criticality


Plant = Callable[[Facts, Landing], str]
FAULTS: dict[str, tuple[Plant, str, str, str]] = {
    "a deployment an hour later": (
        deployment_an_hour_later,
        "github/deployment_statuses",
        "met_delivery",
        "lead_time_for_changes_p90",
    ),
    "reviews lost": (
        reviews_lost,
        "github/reviews",
        "met_delivery",
        "share_of_changes_without_review",
    ),
    "a defect found elsewhere": (
        defect_found_elsewhere,
        "github/issues",
        "met_quality",
        "escaped_defects_per_100_changes",
    ),
    "comments lost": (
        comments_lost,
        "github/review_comments",
        "met_review_depth",
        "review_comments_on_small_changes",
    ),
    "an old defect closed": (
        old_defect_closed,
        "github/issues",
        "met_defect_age",
        "share_of_open_defects_that_are_old",
    ),
    "an incident that lasted": (
        incident_that_lasted,
        "pagerduty/log_entries",
        "met_reliability",
        "time_to_restore",
    ),
    "a page in the morning": (
        page_in_the_morning,
        "pagerduty/log_entries",
        "met_on_call",
        "sleep_hours_pages_per_person",
    ),
    "an owner lost": (
        owner_lost,
        "people/service_ownership",
        "met_system_causes",
        "services_without_owner",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_one_record_is_seen_in_the_figures_that_it_changes(
    demo: Recomputed, fault: str
) -> None:
    plant, stream, table, metric = FAULTS[fault]
    landing = Landing(dict(demo.landing.streams))
    source, name = stream.split("/")
    landing.streams[source, name] = copy.deepcopy(landing.streams[source, name])
    key = plant(demo.facts, landing)
    figures = TABLES[table](gather(landing, AS_OF), profile())
    found = list(differences(stored(demo.home, table), figures))
    assert any(line.startswith(f"{metric} of ") and f"{key!r}" in line for line in found)
    said = report({table: found}, most=len(found))
    people = {row.person_id for row in demo.facts.people.roster}
    assert not [person for person in people if person in said]


PLACE = (("service", "shop", "month 2026-09"), "rework_rate")
FIGURE = Figure(0.25, 1.0, 4.0, 4, 0)


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        ({}, "in the warehouse alone"),
        ({PLACE: FIGURE, (PLACE[0], "other"): FIGURE}, "not in the warehouse"),
        ({PLACE: replace(FIGURE, value=0.25 + 1e-8)}, "value is 0.25"),
        ({PLACE: replace(FIGURE, value=None)}, "value is 0.25"),
        ({PLACE: replace(FIGURE, numerator=0.0)}, "numerator is 1.0"),
        ({PLACE: replace(FIGURE, denominator=None)}, "denominator is 4.0"),
        ({PLACE: replace(FIGURE, n_events=5)}, "n_events is 4"),
        ({PLACE: replace(FIGURE, n_excluded=1)}, "n_excluded is 0"),
    ],
)
def test_every_part_of_a_figure_is_compared(truth: dict, said: str) -> None:
    (line,) = differences({PLACE: FIGURE}, truth)
    assert said in line
    assert "month 2026-09" in line


def test_what_differs_by_less_than_the_tolerance_is_equal() -> None:
    assert not list(differences({PLACE: FIGURE}, {PLACE: replace(FIGURE, value=0.25 + 1e-11)}))
