"""The people system's lists agree with each other, and with the tools."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from orchestration.sources.demo import AS_OF, EVERYTHING
from orchestration.sources.demo.parts import Plan, founded
from orchestration.sources.demo.vendors import people
from orchestration.sources.demo.world.calendar import period_of
from tests.demo.conftest import PEOPLE, Extracts


@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize(("head_count", "quarters"), [(60, 1), (90, 1), (90, 3), (150, 2)])
def test_everybody_has_a_history_whatever_the_seed(
    extracts: Extracts, seed: int, head_count: int, quarters: int
) -> None:
    period = period_of(AS_OF, quarters)
    plan = Plan(extracts.summary.folder, seed, head_count, period, frozenset(EVERYTHING))
    organisation, planted = founded(plan)
    roster = list(people.rows(organisation, "roster", period.end))
    assert len({row[0] for row in roster}) == head_count
    assert {"burnout", "service_handed_over", "repository_without_service"} <= {
        item.name for item in planted
    }
    for row in roster:
        assert not row[3] or str(row[2]) < str(row[3])


def test_roster_rows_follow_each_other_without_gap_or_overlap(extracts: Extracts) -> None:
    found = extracts.rows_by("employee_id", "roster")
    assert len(found) == PEOPLE
    for rows in found.values():
        for before, after in pairwise(rows):
            assert before["valid_to"] == after["valid_from"]
        assert rows[0]["valid_from"] == rows[0]["hired_on"]
        assert all(row["manager_employee_id"] in {*found, ""} for row in rows)
        assert all(ZoneInfo(row["time_zone"]) for row in rows)


def test_memberships_overlap_for_the_planted_person_only(extracts: Extracts) -> None:
    overlapping = set()
    for person, rows in extracts.rows_by("employee_id", "team_membership").items():
        found = sorted((row["valid_from"], row["valid_to"] or "9999") for row in rows)
        assert all(start < end for start, end in found)
        if any(before[1] > after[0] for before, after in pairwise(found)):
            overlapping.add(person)
    expected = extracts.planted("person_in_two_teams")[0]["employee_id"]
    assert overlapping == {expected}


def test_nobody_belongs_to_a_team_before_or_after_they_worked_here(many: Extracts) -> None:
    roster = many.rows_by("employee_id", "roster")
    teams = many.rows_by("team_id", "teams")
    for row in many.snapshot("team_membership"):
        mine, team = roster[row["employee_id"]], teams[row["team_id"]]
        assert mine[0]["hired_on"] <= row["valid_from"]
        assert team[0]["valid_from"] <= row["valid_from"]
        assert (row["valid_to"] or "9999") <= (mine[-1]["valid_to"] or "9999")


def test_exits_end_the_roster_and_every_end_of_the_roster_is_an_exit(extracts: Extracts) -> None:
    left = {
        person: rows[-1]["valid_to"]
        for person, rows in extracts.rows_by("employee_id", "roster").items()
        if rows[-1]["valid_to"]
    }
    rows = extracts.snapshot("exits")
    declared = {
        row["employee_id"]: (date.fromisoformat(row["last_day"]) + timedelta(1)).isoformat()
        for row in rows
    }
    assert rows
    assert declared == left
    assert {row["is_regretted"] for row in rows} <= {"true", "false", ""}


def test_promotions_are_steps_of_the_roster(extracts: Extracts) -> None:
    levels = extracts.rows_by("employee_id", "roster")
    rows = extracts.snapshot("promotions")
    assert rows
    for row in rows:
        spans = levels[row["employee_id"]]
        after = next(r for r in spans if r["valid_from"] == row["promoted_on"])
        before = next(r for r in spans if r["valid_to"] == row["promoted_on"])
        assert (before["level"], after["level"]) == (row["from_level"], row["to_level"])


def test_leave_is_due_by_place_and_contractors_ask_for_none(extracts: Extracts) -> None:
    whole_years = [
        float(row["allowance_days"])
        for row in extracts.snapshot("leave_allowance")
        if row["valid_from"].endswith("-01-01")
    ]
    full_time = [days for days in whole_years if days >= 20]
    assert len(set(full_time)) >= 3
    assert min(full_time) >= 25
    assert max(full_time) <= 30
    takers = extracts.rows_by("employee_id", "time_off").keys()
    contractors = {
        row["employee_id"]
        for row in extracts.snapshot("roster")
        if row["employment_type"] == "contractor"
    }
    assert contractors
    assert not takers & contractors


def test_each_leave_has_an_id_of_its_own_and_was_approved_asked_for_or_cancelled(
    extracts: Extracts,
) -> None:
    rows = extracts.snapshot("time_off")
    assert len({row["time_off_id"] for row in rows}) == len(rows)
    assert {row["status"] for row in rows} == {"approved", "requested", "cancelled"}


def test_holidays_are_declared_for_every_place_and_year(extracts: Extracts) -> None:
    declared = {(row["location"], row["holiday_on"]) for row in extracts.snapshot("holidays")}
    for location in {row["location"] for row in extracts.snapshot("roster")}:
        assert (location, f"{AS_OF.year}-01-01") in declared
    assert ("DE-BE", "2026-03-08") in declared
    assert ("GB-LND", "2026-03-08") not in declared


def test_dependencies_lead_nowhere_back_but_in_the_planted_circle(extracts: Extracts) -> None:
    item = extracts.planted("dependency_cycle")[0]
    needs = defaultdict(set)
    for row in extracts.snapshot("service_dependencies"):
        assert row["service_id"] != row["depends_on_service_id"]
        needs[row["service_id"]].add(row["depends_on_service_id"])
    assert item["service_id"] in needs[item["depends_on_service_id"]]
    assert item["depends_on_service_id"] in needs[item["service_id"]]
    needs[item["depends_on_service_id"]].discard(item["service_id"])
    done: set[str] = set()

    def walk(service: str, way: tuple[str, ...]) -> None:
        assert service not in way, way
        if service not in done:
            for other in sorted(needs[service]):
                walk(other, (*way, service))
            done.add(service)

    for service in sorted(needs):
        walk(service, ())
    assert done <= extracts.services().keys()


def test_a_repository_is_in_one_tool_and_its_services_page_with_the_one_beside_it(
    many: Extracts,
) -> None:
    github = {repository for repository, _ in many.pulls()}
    gitlab = {repository for repository, _ in many.merge_requests()}
    assert gitlab
    assert not github & gitlab
    for row in many.services().values():
        assert row["repository"] in github | gitlab
        if row["repository"] in gitlab:
            assert row["opsgenie_service_id"]
            assert not row["pagerduty_service_id"]
        else:
            assert not row["opsgenie_service_id"]


def test_all_that_a_team_ever_owned_is_in_one_family_of_tools(many: Extracts) -> None:
    gitlab = {repository for repository, _ in many.merge_requests()}
    services = many.services()
    owners = many.rows_by("service_id", "service_ownership")
    assert any(len(rows) > 1 for rows in owners.values())
    families = {
        team: {services[row["service_id"]]["repository"] in gitlab for row in rows}
        for team, rows in many.rows_by("team_id", "service_ownership").items()
    }
    assert all(len(found) == 1 for found in families.values())
    assert set.union(*families.values()) == {True, False}


def test_the_tools_of_a_repository_stay_when_a_service_is_handed_over(many: Extracts) -> None:
    repositories = {service: row["repository"] for service, row in many.services().items()}
    given = [item["service_id"] for item in many.planted("service_handed_over")]
    days = {
        repositories[service]: rows[-1]["valid_from"]
        for service, rows in many.rows_by("service_id", "service_ownership").items()
        if service in given
    }
    opened = defaultdict(set)
    for tool, changes in (("github", many.pulls()), ("gitlab", many.merge_requests())):
        for (repository, _), change in changes.items():
            if repository in days:
                opened[repository].add((tool, change["created_at"] >= days[repository]))
    assert opened.keys() == days.keys()
    for repository, found in opened.items():
        assert {is_after for _, is_after in found} == {True, False}, repository
        assert len({tool for tool, _ in found}) == 1, repository


def test_each_team_of_the_division_that_was_bought_has_its_code_on_gitlab(
    extracts: Extracts,
) -> None:
    gitlab = {repository for repository, _ in extracts.merge_requests()}
    services = extracts.services()
    on_gitlab = {
        row["team_id"]
        for row in extracts.snapshot("service_ownership")
        if services[row["service_id"]]["repository"] in gitlab
    }
    moved = {item["team_id"] for item in extracts.planted("team_moved_department")}
    bought = {
        row["team_id"]
        for row in extracts.snapshot("teams")
        if row["division"] == "Payments and Finance"
    }
    assert on_gitlab - moved == bought - moved
