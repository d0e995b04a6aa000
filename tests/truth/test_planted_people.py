"""A fault in what is told of people is seen in their groups' figures, and names none of them."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from tests.pipeline.conftest import AS_OF
from tests.truth.comparison import differences, report, stored
from tests.truth.conftest import Recomputed
from tests.truth.definitions import profile
from tests.truth.facts import gather
from tests.truth.landing import Landing, Record, at_path
from tests.truth.moments import moment
from tests.truth.recompute import TABLES


def records(landing: Landing, stream: str) -> list[Record]:
    source, name = stream.split("/")
    return [record for _, record in landing.streams[source, name]]


def nights_at_noon(landing: Landing) -> None:
    """Calls between midnight and two, in UTC, of one month."""
    for record in records(landing, "pagerduty/log_entries"):
        at = moment(record["created_at"])
        is_call = record["type"] == "notify_log_entry"
        if is_call and at is not None and at.hour < 2 and at.month == 8:
            record["created_at"] = at.replace(hour=12).isoformat()


def shifts_an_hour_longer(landing: Landing) -> None:
    for record in records(landing, "pagerduty/oncalls"):
        end = moment(record.get("end"))
        if end is not None:
            record["end"] = end.replace(hour=(end.hour + 1) % 24).isoformat()


def answers_of_colleagues(landing: Landing) -> None:
    """Whoever acknowledged was called by nobody."""
    for record in records(landing, "pagerduty/log_entries"):
        if record["type"] == "acknowledge_log_entry" and at_path(record, "agent.id"):
            record["agent"]["id"] = "someone-else"


def leave_that_was_declined(landing: Landing) -> None:
    for number, record in enumerate(records(landing, "people/time_off")):
        if number % 5 == 0:
            record["status"] = "declined"


def allowances_of_twice_as_much(landing: Landing) -> None:
    for record in records(landing, "people/leave_allowance"):
        record["allowance_days"] = str(2 * float(record["allowance_days"]))


def answers_turned(landing: Landing) -> None:
    for record in records(landing, "survey/responses"):
        record["answer"] = {"4": "2", "5": "1"}.get(record["answer"], "5")


def labels_lost(landing: Landing) -> None:
    for number, record in enumerate(records(landing, "github/pull_requests")):
        if number % 3 == 0:
            record["labels"] = []


def tickets_that_stayed(landing: Landing) -> None:
    for number, record in enumerate(records(landing, "support/tickets")):
        if number % 2 == 0:
            record["escalated_at"] = None


def deployments_by_a_pipeline(landing: Landing) -> None:
    for record in records(landing, "github/deployments"):
        record["creator"]["type"] = "Bot"


Plant = Callable[[Landing], None]
FAULTS: dict[str, tuple[Plant, str, str, list[str]]] = {
    "nights at noon": (
        nights_at_noon,
        "pagerduty/log_entries",
        "met_health",
        [
            "interrupted_nights_per_person",
            "share_of_nights_interrupted_again",
            "undisturbed_hours_after_night_page",
            "time_to_acknowledge_in_sleep_hours",
        ],
    ),
    "shifts an hour longer": (
        shifts_an_hour_longer,
        "pagerduty/oncalls",
        "met_health",
        ["hours_load_gini", "share_of_shifts_over_limit"],
    ),
    "answers of colleagues": (
        answers_of_colleagues,
        "pagerduty/log_entries",
        "met_health",
        ["time_to_acknowledge_in_working_hours", "time_to_acknowledge_in_after_hours"],
    ),
    "leave that was declined": (
        leave_that_was_declined,
        "people/time_off",
        "met_health",
        ["leave_days_per_person", "leave_taken_of_allowance", "share_of_leaves_interrupted"],
    ),
    "allowances of twice as much": (
        allowances_of_twice_as_much,
        "people/leave_allowance",
        "met_health",
        ["leave_taken_of_allowance"],
    ),
    "answers turned": (
        answers_turned,
        "survey/responses",
        "met_health",
        ["workload_favourable", "trust_favourable"],
    ),
    "labels lost": (
        labels_lost,
        "github/pull_requests",
        "met_work",
        ["share_of_changes_feature", "share_of_changes_unclassified", "role_mix_difference"],
    ),
    "tickets that stayed": (
        tickets_that_stayed,
        "support/tickets",
        "met_work",
        [
            "escalations_per_service_month",
            "escalations_per_person",
            "share_of_escalations_after_hours",
        ],
    ),
    "deployments by a pipeline": (
        deployments_by_a_pipeline,
        "github/deployments",
        "met_work",
        ["after_hours_interruptions_per_person"],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_what_is_told_of_people_is_seen_in_the_figures_that_it_changes(
    demo: Recomputed, fault: str
) -> None:
    plant, stream, table, metrics = FAULTS[fault]
    landing = Landing(dict(demo.landing.streams))
    source, name = stream.split("/")
    landing.streams[source, name] = copy.deepcopy(landing.streams[source, name])
    told = stored(demo.home, table)
    before = set(differences(told, TABLES[table](demo.facts, profile())))
    plant(landing)
    figures = TABLES[table](gather(landing, AS_OF), profile())
    found = [line for line in differences(told, figures) if line not in before]
    assert {line.partition(" of ")[0] for line in found} >= set(metrics)
    said = report({table: found}, most=len(found))
    people = {row.person_id for row in demo.facts.people.roster}
    assert not [person for person in people if person in said]
