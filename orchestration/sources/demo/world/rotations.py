"""Who is on call: weekly rotations per team, handed over on Mondays at ten.

The hand-over is at ten in the team's own zone, so a shift is an hour longer or
shorter in the week of a clock change. Who has leave on the Monday is passed over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from orchestration.sources.demo.world.calendar import HOUR, instant
from orchestration.sources.demo.world.organisation import Organisation, Person, Team


@dataclass(frozen=True, slots=True)
class Shift:
    """One week of a team. ``end`` is exclusive, both in seconds."""

    start: int
    end: int
    people: tuple[Person, ...]


class Rotations:
    """Shifts by team, made when first asked for."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._shifts: dict[str, list[Shift]] = {}
        self._starts: dict[str, list[int]] = {}

    def shifts(self, team: Team) -> list[Shift]:
        """All weeks of a team that has two people or more, oldest first."""
        known = self._shifts.get(team.team_id)
        if known is None:
            known = self._shifts[team.team_id] = list(self._make(team))
            self._starts[team.team_id] = [shift.start for shift in known]
        return known

    def _make(self, team: Team) -> Iterator[Shift]:
        period = self._organisation.period
        monday = period.start - date.fromordinal(period.start).weekday()
        turns: dict[str, int] = {}
        for day in range(monday, period.end + 7, 7):
            crew = rota(team, max(day, period.start))
            if len(crew) < 2:
                continue
            free = [p for p in crew if not _away(p, day)] or crew
            # Whoever waited longest is next: newcomers fit in without a new order.
            free.sort(key=lambda p: (turns.get(p.employee_id, 0), p.employee_id))
            turns[free[0].employee_id] = day
            zone = team.site.zone
            start = instant(zone, day, 10 * HOUR)
            end = instant(zone, day + 7, 10 * HOUR)
            yield Shift(start, end, tuple(free[:2]))

    def on_call(self, team: Team | None, at: int) -> tuple[Person, ...]:
        """First and second on call at an instant; at least one person."""
        if team is None:
            return (self._organisation.catch_all,)
        shifts = self.shifts(team)
        place = bisect_right(self._starts[team.team_id], at) - 1
        if place >= 0 and at < shifts[place].end:
            return shifts[place].people
        members = rota(team, self._organisation.period.start) or [
            m.person for m in team.memberships[:1]
        ]
        return (members[0],)


def rota(team: Team, day: int) -> list[Person]:
    """Members who take shifts: contractors do not, nor leads of larger teams."""
    members = [p for p in team.members(day) if p.employment_type != "contractor"]
    leads = {person.employee_id for _, person in team.managers}
    return [p for p in members if p.employee_id not in leads] or members


def _away(person: Person, day: int) -> bool:
    return person.left < day + 7 or any(
        start < day + 5 and day < end for start, end in person.leave
    )
