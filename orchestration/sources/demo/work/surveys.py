"""The pulse survey at the end of each quarter: closed questions, one to five.

Four in five answer. The survey tool replaces who answered by a pseudonym that stays the
same from wave to wave, and puts the team beside the answer.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import date

from orchestration.sources.demo.work.history import Answer
from orchestration.sources.demo.world.calendar import instant, working_second
from orchestration.sources.demo.world.organisation import Organisation, Person, Team

SHARE_ANSWERED = 0.78
# A wave is open for so many days, the last of them that of the quarter.
OPEN_DAYS = 12
# Usual answer to each question, and how far it falls in a team that burns out.
QUESTIONS = {
    "sustainable_pace": (3.6, 1.6),
    "recovery_after_on_call": (3.5, 1.6),
    "unblocked": (3.4, 0.5),
    "support_from_manager": (3.9, 0.4),
    "psychological_safety": (4.0, 0.3),
    "growth": (3.6, 0.5),
    "intent_to_stay": (3.9, 1.2),
    "trust_in_reports": (3.5, 0.0),
}


def answers(organisation: Organisation) -> Iterator[Answer]:
    """All answers that were given by the end, wave by wave."""
    period = organisation.period
    last = date.fromordinal(period.end - 1)
    for year in range(date.fromordinal(period.start).year, last.year + 1):
        for quarter, (month, day) in enumerate(((3, 31), (6, 30), (9, 30), (12, 31)), start=1):
            closes = date(year, month, day).toordinal()
            if period.start < closes < period.end:
                yield from _wave(organisation, f"{year}-Q{quarter}", closes)


def _wave(organisation: Organisation, wave: str, closes: int) -> Iterator[Answer]:
    rng = random.Random(f"{organisation.seed}/survey/{wave}")
    asked: set[str] = set()
    for team in organisation.teams.values():
        mood = random.Random(f"{organisation.seed}/survey/{team.team_id}").gauss(0, 0.25)
        for person in team.members(closes):
            if person.employment_type == "contractor" or person.employee_id in asked:
                continue
            asked.add(person.employee_id)
            if rng.random() < SHARE_ANSWERED:
                yield from _given(organisation, rng, wave, closes, team, mood, person)


def _given(
    organisation: Organisation,
    rng: random.Random,
    wave: str,
    closes: int,
    team: Team,
    mood: float,
    person: Person,
) -> Iterator[Answer]:
    text = f"{organisation.seed}/pulse/{person.employee_id}"
    pseudonym = hashlib.sha256(text.encode()).hexdigest()[:16]
    own = random.Random(text).gauss(0, 0.45)
    day = closes - rng.randrange(OPEN_DAYS)
    at = instant(person.site(day).zone, day, working_second(rng, person.shift))
    if at > organisation.period.as_of:
        return
    is_burnt_out = organisation.influences.is_overloaded(team, closes)
    for question, (usual, fall) in QUESTIONS.items():
        mean = usual + mood + own - (fall if is_burnt_out else 0)
        answer = min(5, max(1, round(rng.gauss(mean, 0.7))))
        yield Answer(wave, question, pseudonym, answer, at, team.team_id)
