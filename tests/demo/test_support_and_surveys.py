"""Tickets that reach engineers, and what people answer in surveys."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, timedelta

from tests.demo.conftest import Extracts, moment

QUARTER = re.compile(r"(\d{4})-Q([1-4])")


def closes(wave: str) -> date:
    """The last day of the quarter of a wave."""
    year, quarter = map(int, QUARTER.fullmatch(wave).groups())
    return date(year + quarter // 4, quarter % 4 * 3 + 1, 1) - timedelta(1)


def test_escalated_tickets_reach_engineers_that_the_identity_map_knows(
    extracts: Extracts,
) -> None:
    tickets = extracts.latest("support", "tickets", "ticket_id").values()
    handled = [ticket for ticket in tickets if ticket["handled_by"]]
    assert handled
    assert {t["handled_by"] for t in handled} <= extracts.identities("support").keys()
    assert {ticket["service_id"] for ticket in tickets} <= extracts.services().keys()
    assert all(ticket["escalated_at"] >= ticket["opened_at"] for ticket in handled)
    assert 0.1 < len(handled) / len(tickets) < 0.35


def test_tickets_of_services_of_both_families_of_tools_come_to_one_desk(many: Extracts) -> None:
    services = many.services()
    asked = {ticket["service_id"] for ticket in many.all("support", "tickets")}
    assert {bool(services[service]["opsgenie_service_id"]) for service in asked} == {True, False}


def test_an_answer_is_a_choice_from_one_to_five_and_no_text(many: Extracts) -> None:
    keys, chosen = set(), Counter()
    for response in many.all("survey", "responses"):
        keys |= response.keys()
        chosen[response["answer"]] += 1
    assert set(chosen) == set("12345")
    assert max(chosen.values()) < 0.5 * chosen.total()
    assert keys == {
        *("survey_id", "wave", "question_id", "respondent_pseudonym", "answer"),
        *("submitted_at", "team_id_at_submission", "device"),
    }


def test_everybody_answers_each_question_of_a_wave_once(extracts: Extracts) -> None:
    # The overlap of two visits brings the same answer twice.
    responses = {
        tuple(sorted(response.items())) for response in extracts.all("survey", "responses")
    }
    asked = defaultdict(list)
    for response in map(dict, responses):
        respondent = (response["wave"], response["respondent_pseudonym"])
        asked[respondent].append(response["question_id"])
    questions = sorted(set().union(*asked.values()))
    assert len(questions) > 5
    assert all(sorted(found) == questions for found in asked.values())


def test_answers_are_given_before_the_quarter_of_their_wave_ends(many: Extracts) -> None:
    waves = Counter()
    for response in many.all("survey", "responses"):
        assert response["survey_id"] == "pulse"
        end = closes(response["wave"])
        day = moment(response["submitted_at"]).date()
        # The day is that of the person's own clock.
        assert end - timedelta(12) <= day <= end + timedelta(1)
        waves[response["wave"]] += 1
    assert set(waves) == {"2026-Q2", "2026-Q3"}


def test_about_four_in_five_of_a_team_answer_and_never_more_than_it_has(many: Extracts) -> None:
    answered = defaultdict(set)
    for response in many.all("survey", "responses"):
        key = (response["wave"], response["team_id_at_submission"])
        answered[key].add(response["respondent_pseudonym"])
    contractors = {
        row["employee_id"]
        for row in many.snapshot("roster")
        if row["employment_type"] == "contractor"
    }
    members = Counter()
    for row in many.snapshot("team_membership"):
        for wave in {wave for wave, _ in answered}:
            day = closes(wave).isoformat()
            is_there = row["valid_from"] <= day < (row["valid_to"] or "9999")
            members[wave, row["team_id"]] += is_there and row["employee_id"] not in contractors
    assert all(len(found) <= members[key] for key, found in answered.items())
    n_answered = sum(map(len, answered.values()))
    assert 0.72 < n_answered / members.total() < 0.84


def test_a_pseudonym_stays_from_wave_to_wave_and_no_list_leads_to_a_person(
    many: Extracts,
) -> None:
    waves = defaultdict(set)
    for response in many.all("survey", "responses"):
        waves[response["wave"]].add(response["respondent_pseudonym"])
    first, second = (waves[wave] for wave in sorted(waves))
    assert len(first & second) > 0.5 * len(second)
    known = {row["identity"] for row in many.snapshot("identities")}
    known |= many.rows_by("employee_id", "roster").keys()
    assert not (first | second) & known
