"""Leave day by day, unbroken leaves, what was due, and public holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.truth.definitions import threshold
from tests.truth.landing import Landing
from tests.truth.moments import day

DAY = timedelta(days=1)
# An end far ahead stands for an open one.
LONGEST_AHEAD = timedelta(days=366)

# Of each person: the part of each date that they have off.
DaysOff = dict[str, dict[date, float]]


@dataclass(frozen=True)
class Leave:
    """Days off that follow each other, and a weekend between them."""

    first_day: date
    last_day: date
    n_weekdays: float
    has_a_whole_day: bool


@dataclass(frozen=True)
class Allowance:
    days: float
    first_day: date
    until: date

    @property
    def due_per_day(self) -> float:
        return self.days / (self.until - self.first_day).days


def days_off(landing: Landing, as_of: datetime) -> DaysOff:
    """What overlaps counts once: two requests for one date are one day off, two halves make a
    whole."""
    found: DaysOff = {}
    for record in {r["time_off_id"]: r for r in landing.newest("people", "time_off")}.values():
        first, last = day(record.get("first_day")), day(record.get("last_day"))
        if str(record.get("status")).lower() != "approved" or first is None or last is None:
            continue
        portion = float(record.get("day_portion") or 1)
        of_person = found.setdefault(record["employee_id"], {})
        while first <= min(last, as_of + LONGEST_AHEAD):
            of_person[first.date()] = min(1.0, of_person.get(first.date(), 0.0) + portion)
            first += DAY
    return found


def leaves(of_person: dict[date, float]) -> list[Leave]:
    spans: list[list[date]] = []
    for date_off in sorted(of_person):
        # After Friday Monday follows, after Saturday too.
        reach = {5: 3, 6: 2}
        if spans and date_off - spans[-1][-1] <= reach.get(spans[-1][-1].isoweekday(), 1) * DAY:
            spans[-1].append(date_off)
        else:
            spans.append([date_off])
    return [
        Leave(
            first_day=span[0],
            last_day=span[-1],
            n_weekdays=sum(of_person[one] for one in span if one.isoweekday() < 6),
            # Half of a day leaves a half on which a page may come.
            has_a_whole_day=any(of_person[one] == 1 for one in span) or has_a_gap(span),
        )
        for span in spans
    ]


def has_a_gap(span: list[date]) -> bool:
    """A free weekend within."""
    return (span[-1] - span[0]).days + 1 > len(span)


def is_long(leave: Leave) -> bool:
    return leave.n_weekdays >= threshold("long_leave_days")


def allowances(landing: Landing) -> dict[str, list[Allowance]]:
    """A leave year without an end lasts a year; one of no length never held."""
    found: dict[str, list[Allowance]] = {}
    for record in landing.newest("people", "leave_allowance"):
        first, until = day(record.get("valid_from")), day(record.get("valid_to"))
        if first is None or not record.get("allowance_days"):
            continue
        until = until or first.replace(year=first.year + 1)
        if until > first:
            found.setdefault(record["employee_id"], []).append(
                Allowance(float(record["allowance_days"]), first.date(), until.date())
            )
    return found


def due_on(one: date, of_person: list[Allowance]) -> float | None:
    """Leave is due day by day of the leave year."""
    return max((a.due_per_day for a in of_person if a.first_day <= one < a.until), default=None)


def holidays(landing: Landing) -> set[tuple[str, date]]:
    return {
        (record["location"], holiday.date())
        for record in landing.newest("people", "holidays")
        if (holiday := day(record.get("holiday_on"))) is not None
    }
