"""Days off: what is due, what is taken, and public holidays by place.

Leave is what ``Person.leave`` says, so that nobody works on a day that is listed here.
Most take what is due; some in teams with much to look after take nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from orchestration.sources.demo.planted import Planted
from orchestration.sources.demo.world.calendar import days_off
from orchestration.sources.demo.world.organisation import (
    HUBS,
    OUTPOSTS,
    Organisation,
    Person,
    Team,
)

Row = tuple[object, ...]

# Days a year by country, for whole weeks.
DAYS_DUE = {
    "AU": 25,
    "BR": 30,
    "CA": 25,
    "DE": 30,
    "GB": 28,
    "IN": 25,
    "JP": 25,
    "KE": 26,
    "PL": 26,
    "SG": 25,
    "US": 25,
}
PART_TIME = 0.6
# Leave is in the people system this many days before it starts.
ASKED_BEFORE = 30


def burden(organisation: Organisation, planted: Planted) -> None:
    """In the teams with the most to look after per head, one person takes no leave."""
    if not planted.planned("no_time_off"):
        return
    period = organisation.period
    teams = sorted(
        (team for team in organisation.teams.values() if team.managers),
        key=lambda team: (-_load_per_head(organisation, team), team.team_id),
    )
    for team in teams[: max(2, len(organisation.people) // 50)]:
        leads = {person.employee_id for _, person in team.managers}
        for person in team.members(period.start):
            if (
                person.employee_id not in leads
                and person.employment_type == "full_time"
                and person.left > period.end
            ):
                person.leave = []
                person.workdays.clear()
                planted.record("no_time_off", employee_id=person.employee_id)
                break


def _load_per_head(organisation: Organisation, team: Team) -> float:
    start = organisation.period.start
    members = team.members(start)
    return organisation.load(team, start) / len(members) if members else 0.0


def _text(day: int) -> str:
    return date.fromordinal(day).isoformat()


def time_off(organisation: Organisation, today: int) -> Iterator[Row]:
    """Requests for leave; of contractors the people system knows none."""
    for person in organisation.people:
        if person.employment_type != "contractor":
            yield from _requests(organisation, person, today)
    yield from _oddities(organisation, today)


def _spans(
    person: Person, today: int, planned: tuple[tuple[int, int], ...] = ()
) -> list[tuple[int, int]]:
    """(first, last) of the leave that is known on a day, within the employment."""
    return [
        (max(start, person.hired), min(end, person.left) - 1)
        for start, end in (*person.leave, *planned)
        if start - ASKED_BEFORE <= today and start < person.left and end > person.hired
    ]


def _requests(organisation: Organisation, person: Person, today: int) -> Iterator[Row]:
    rng = random.Random(f"{organisation.seed}/leave/{person.employee_id}")
    # What is planned beyond the end of the demo; who took nothing plans nothing.
    last_end = max((end for _, end in person.leave), default=0)
    after = max(organisation.period.end, last_end) + rng.randrange(1, 60)
    planned = ((after, after + rng.choice((1, 5, 5, 12))),) if person.leave else ()
    for number, (first, last) in enumerate(_spans(person, today, planned), start=1):
        is_half, is_second_try, is_asked = (rng.random() for _ in range(3))
        identity = f"L{person.employee_id[1:]}-{number:02}"
        portion = 0.5 if first == last and is_half < 0.4 else 1
        # What starts later than in a fortnight has not always been answered.
        status = "requested" if first > today + 14 and is_asked < 0.3 else "approved"
        if is_second_try < 0.05:
            moved = (_text(first + 7), _text(last + 7))
            yield f"{identity}x", person.employee_id, *moved, portion, "cancelled"
        yield identity, person.employee_id, _text(first), _text(last), portion, status


def _oddities(organisation: Organisation, today: int) -> Iterator[Row]:
    if organisation.entered_twice:
        person = organisation.entered_twice
        first, last = next(s for s in _spans(person, today) if s[1] - s[0] >= 4)
        row = (f"L{person.employee_id[1:]}-D", person.employee_id)
        yield *row, _text(first + 2), _text(last + 1), 1, "approved"
    if organisation.entered_backwards:
        person = organisation.entered_backwards
        first, last = next(s for s in _spans(person, today) if s[1] > s[0])
        row = (f"L{person.employee_id[1:]}-R", person.employee_id)
        yield *row, _text(last), _text(first), 1, "approved"


def mistype(organisation: Organisation, planted: Planted) -> None:
    """Choose whose leave is entered twice, and whose the wrong way round."""
    period = organisation.period
    early = [
        person
        for person in organisation.people
        if person.employment_type == "full_time"
        and person.hired < period.start
        and person.left > period.end
        and person.leave
        and person.leave[0][1] - person.leave[0][0] > 4
        and person.leave[0][0] < period.start + 60
    ]
    if early and planted.planned("time_off_overlaps"):
        person = organisation.entered_twice = early[0]
        planted.record("time_off_overlaps", employee_id=person.employee_id)
    if len(early) > 1 and planted.planned("time_off_reversed"):
        person = organisation.entered_backwards = early[1]
        identity = f"L{person.employee_id[1:]}-R"
        planted.record("time_off_reversed", time_off_id=identity)


def allowances(organisation: Organisation, today: int) -> Iterator[Row]:
    """Days due per calendar year, in the first year by the days that are left of it."""
    first_year = date.fromordinal(organisation.period.start).year
    for person in organisation.people:
        if person.employment_type == "contractor" or person.hired > today:
            continue
        for year in range(first_year, date.fromordinal(today).year + 1):
            new_year, end = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
            start = max(new_year, person.hired)
            if start >= min(end, person.left):
                continue
            days = DAYS_DUE[person.site(start).country] * (end - start) / (end - new_year)
            days *= PART_TIME if person.employment_type == "part_time" else 1
            yield person.employee_id, _text(start), _text(end), round(days * 2) / 2


def holidays(organisation: Organisation, today: int) -> Iterator[Row]:
    """Public holidays of all places, to the end of the year."""
    first_year = date.fromordinal(organisation.period.start).year
    for site in HUBS + OUTPOSTS:
        for year in range(first_year, date.fromordinal(today).year + 1):
            for day in sorted(days_off(site.location, year)):
                yield site.location, _text(day)
