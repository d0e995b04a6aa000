"""What people answer to the closed questions of a survey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.truth.definitions import seed
from tests.truth.facts import Facts
from tests.truth.moments import moment
from tests.truth.periods import Period


@dataclass(frozen=True)
class Answer:
    survey: tuple[str, str]
    question: str
    theme: str
    respondent: str
    division: str | None
    submitted_at: datetime
    is_favourable: bool | None


def answers(facts: Facts) -> list[Answer]:
    """An answer that its question's scale does not know is neither favourable nor not. The survey
    tool puts a team beside an answer: its division is the one that held then."""
    questions = {row["question_id"]: row for row in seed("reference/survey_questions")}
    found = []
    for record in facts.landing.latest(
        "survey",
        "responses",
        lambda r: (r["survey_id"], r["wave"], r["question_id"], r["respondent_pseudonym"]),
        lambda r: r.get("submitted_at"),
    ):
        question, at = questions.get(record["question_id"]), moment(record.get("submitted_at"))
        if question is None or at is None or at > facts.as_of:
            continue
        teams = facts.people.teams_at(record.get("team_id_at_submission") or "", at)
        word = str(record.get("answer")).strip()
        is_known = word in question["known_answers"].split("|")
        found.append(
            Answer(
                survey=(record["survey_id"], record["wave"]),
                question=record["question_id"],
                theme=question["theme"],
                respondent=record["respondent_pseudonym"],
                division=teams[0].division if teams else None,
                submitted_at=at,
                is_favourable=word in question["favourable_answers"].split("|")
                if is_known
                else None,
            )
        )
    return found


def last_answers(found: list[Answer], quarter: Period) -> list[Answer]:
    """A wave counts for the quarter in which it began. Of two waves in a quarter the last answer
    of each respondent counts."""
    began: dict[tuple[str, str], datetime] = {}
    for one in found:
        began[one.survey] = min(one.submitted_at, began.get(one.survey, one.submitted_at))
    last: dict[tuple[str, str], Answer] = {}
    for one in sorted(found, key=lambda one: one.survey, reverse=True):
        key = (one.respondent, one.question)
        if quarter.holds(began[one.survey]) and (
            key not in last or last[key].submitted_at <= one.submitted_at
        ):
            last[key] = one
    return list(last.values())


def is_favourable(of_theme: list[Answer]) -> bool | None:
    """Of a theme with several questions someone sees it favourably who does in most."""
    known = [one.is_favourable for one in of_theme if one.is_favourable is not None]
    return sum(known) > len(known) / 2 if known else None
