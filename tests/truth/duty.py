"""What each day asked of a person, on their own calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.truth.calls import Call, calls_by_name
from tests.truth.definitions import threshold
from tests.truth.facts import Facts
from tests.truth.leave import DAY, days_off, holidays
from tests.truth.metrics.on_call import shifts_by_person
from tests.truth.moments import FAR_AHEAD, day, monday_of, zone
from tests.truth.nights import nights

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Stay:
    """Where someone is, as the roster says it."""

    clock: ZoneInfo | None
    location: str | None
    valid_from: datetime
    valid_to: datetime


@dataclass
class Day:
    """Unknown is what lies before the first record of a tool of anyone, not quiet."""

    on: date
    clock: ZoneInfo | None
    begins_at: datetime
    ends_at: datetime
    is_workday: bool
    portion_off: float | None
    hours_on_call: float | None = None
    working_hours: float | None = None
    working_hours_on_call: float | None = None
    n_shifts: int | None = None
    n_shifts_over_limit: int | None = None
    n_calls: int | None = None
    n_calls_of_unknown_hour: int | None = None
    n_nights: int | None = None
    n_nights_again: int | None = None


@dataclass(frozen=True)
class Known:
    """Since when anything is recorded of anyone."""

    shifts: date
    calls: date
    leave: date


def stays(facts: Facts) -> dict[str, list[Stay]]:
    found: dict[str, list[Stay]] = {}
    for record in facts.landing.newest("people", "roster"):
        valid_from = day(record["valid_from"])
        assert valid_from is not None
        found.setdefault(record["employee_id"], []).append(
            Stay(
                zone(record.get("time_zone")),
                record.get("location"),
                valid_from,
                day(record.get("valid_to")) or FAR_AHEAD,
            )
        )
    return {who: sorted(rows, key=lambda one: one.valid_from) for who, rows in found.items()}


def at_clock(on: date, hour: int, clock: ZoneInfo | None) -> datetime:
    """The moment at which a clock shows an hour; in UTC without one."""
    return datetime.combine(on, time(hour), clock or UTC).astimezone(UTC)


def spans_on_call(facts: Facts) -> dict[str, list[Span]]:
    """Shifts that overlap or touch are one span, whatever the rotation."""
    found: dict[str, list[Span]] = {}
    for who, shifts in shifts_by_person(facts).items():
        clipped = []
        for shift in shifts:
            assert shift.starts_at is not None
            clipped.append((shift.starts_at, min(shift.ends_at or facts.as_of, facts.as_of)))
        spans: list[Span] = []
        for start, stop in sorted(clipped):
            if start >= stop:
                continue
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
            else:
                spans.append((start, stop))
        if spans:
            found[who] = spans
    return found


def hours_in(spans: list[Span], start: datetime, stop: datetime) -> float:
    seconds = [
        (min(end, stop) - max(begin, start)).total_seconds()
        for begin, end in spans
        if begin < stop and end > start
    ]
    return sum(one for one in seconds if one > 0) / 3600


def shifts_of(spans: list[Span], calls: list[Call]) -> list[tuple[datetime, bool]]:
    """A span is cut into shifts of twelve hours from its start on; the last one may be shorter.
    Each with whether more incidents called in it than it may hold."""
    found = []
    length = timedelta(hours=threshold("shift_hours"))
    for start, stop in spans:
        while start < stop:
            end = min(start + length, stop)
            incidents = {call.about for call in calls if start <= call.paged_at < end}
            found.append((start, len(incidents) > threshold("incidents_per_shift")))
            start += length
    return found


def since(facts: Facts, spans: dict[str, list[Span]], calls: dict[str, list[Call]]) -> Known:
    off = days_off(facts.landing, facts.as_of)
    never = FAR_AHEAD.date()
    return Known(
        shifts=min((s[0][0].date() for s in spans.values()), default=never),
        calls=min((page.paged_at.date() for page in facts.told.pages), default=never),
        leave=min((one for dates in off.values() for one in dates), default=never),
    )


def calendar(rows: list[Stay], first: date, as_of: datetime) -> list[Day]:
    """A day begins at midnight where someone was then, or where they came to. Someone who moves
    has one shorter or longer day and no gap. Only days that are over count."""
    found: list[Day] = []
    on = first
    while on <= (as_of + DAY).date():
        midnight = datetime.combine(on, time(), UTC)
        stay = next(
            (r for r in rows if midnight < r.valid_to and midnight + DAY > r.valid_from), None
        )
        if stay is not None:
            begins_at = at_clock(on, 0, stay.clock)
            if found and found[-1].on == on - DAY:
                found[-1].ends_at = begins_at
            ends_at = at_clock(on + DAY, 0, stay.clock)
            found.append(Day(on, stay.clock, begins_at, ends_at, on.isoweekday() < 6, None))
        on += DAY
    return [one for one in found if one.ends_at <= as_of]


def days_by_person(facts: Facts) -> dict[str, list[Day]]:
    spans, calls = spans_on_call(facts), calls_by_name(facts)
    known, off = since(facts, spans, calls), days_off(facts.landing, facts.as_of)
    closed = holidays(facts.landing)
    found: dict[str, list[Day]] = {}
    if not facts.periods:
        return found
    first = monday_of(min(one.start for one in facts.months_and_quarters)).date()
    for who, rows in stays(facts).items():
        found[who] = calendar(rows, first, facts.as_of)
        for one in found[who]:
            midnight = datetime.combine(one.on, time(), UTC)
            where = next(r.location for r in rows if midnight < r.valid_to)
            one.is_workday = one.is_workday and (where, one.on) not in closed
            if one.on >= known.leave:
                one.portion_off = off.get(who, {}).get(one.on, 0.0)
        add_duty(found[who], spans.get(who, []), calls.get(who, []), known)
        add_calls(found[who], calls.get(who, []), known, facts.as_of)
    return found


def add_duty(days: list[Day], spans: list[Span], calls: list[Call], known: Known) -> None:
    first, last = int(threshold("working_day_start")), int(threshold("working_day_end"))
    shifts = shifts_of(spans, calls)
    for one in days:
        is_recorded = one.on >= known.shifts
        at_work = (1 - (one.portion_off or 0)) if one.is_workday else 0
        if one.clock is not None:
            one.working_hours = (last - first) * at_work
        if one.clock is not None and is_recorded:
            hours = hours_in(
                spans, at_clock(one.on, first, one.clock), at_clock(one.on, last, one.clock)
            )
            one.working_hours_on_call = hours * at_work
        if is_recorded:
            begun = [is_over for start, is_over in shifts if one.begins_at <= start < one.ends_at]
            one.hours_on_call = hours_in(spans, one.begins_at, one.ends_at)
            one.n_shifts = len(begun)
            if one.on >= known.calls:
                one.n_shifts_over_limit = sum(begun)


def add_calls(days: list[Day], calls: list[Call], known: Known, as_of: datetime) -> None:
    broken = {night.began_on: night for night in nights(calls, as_of)}
    for one in days:
        if one.on < known.calls:
            continue
        of_day = [call for call in calls if (call.local or call.paged_at).date() == one.on]
        one.n_calls = len(of_day)
        one.n_calls_of_unknown_hour = sum(call.local is None for call in of_day)
        one.n_nights = int(one.on in broken)
        one.n_nights_again = int(one.on in broken and broken[one.on].is_interrupted_again)
