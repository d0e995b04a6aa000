"""On-call burden and rest of groups of people, and what they say of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.truth.calls import Call, calls_by_name, hour_class
from tests.truth.definitions import Profile, seed, threshold
from tests.truth.duty import Day, at_clock, days_by_person, spans_on_call
from tests.truth.facts import Facts
from tests.truth.leave import (
    DAY,
    Allowance,
    Leave,
    allowances,
    days_off,
    due_on,
    is_long,
    leaves,
)
from tests.truth.metrics.figures import Figure, Figures, Place, ratio
from tests.truth.nights import Night, nights
from tests.truth.periods import Period
from tests.truth.statistics import quantile
from tests.truth.surveys import Answer, answers, is_favourable, last_answers

HOUR_CLASSES = ("working", "after", "sleep")


@dataclass
class Burden:
    """What a period asked of one person."""

    is_on_call: bool
    hours_on_call: float | None
    working_hours: float | None
    working_hours_on_call: float | None
    n_weeks_in_a_row: int | None
    n_shifts: float | None
    n_shifts_over_limit: float | None
    n_calls: float | None
    n_calls_of_unknown_hour: float | None
    n_nights: float | None
    n_nights_again: float | None
    n_leave_days: float | None
    n_leave_days_due: float | None
    is_without_long_leave: bool | None
    n_leaves_ended: int
    n_leaves_interrupted: int

    @property
    def share_on_call(self) -> float | None:
        if self.working_hours_on_call is None or not self.working_hours:
            return None
        return self.working_hours_on_call / self.working_hours


def known_sum(values: Iterable[float | None]) -> float | None:
    """Of nothing that is known nobody knows a sum."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def within(days: list[Day], period: Period) -> list[Day]:
    return [one for one in days if period.start.date() <= one.on < period.end.date()]


def health(facts: Facts, profile: Profile) -> Figures:
    found: Figures = {}
    burdens, rests, waits = by_place(facts)
    months = {one.period_id: one.n_months for one in facts.months_and_quarters}
    for place, people in burdens.items():
        add_leave(found, place, people, months[place[2]])
        on_call = [one for one in people if one.is_on_call]
        if on_call:
            add_on_call(found, place, on_call, months[place[2]])
    for place, hours in rests.items():
        found[place, "undisturbed_hours_after_night_page"] = median(hours)
    for (place, kind), hours in waits.items():
        found[place, f"time_to_acknowledge_in_{kind}_hours"] = median(hours)
    found |= survey(facts)
    return found


def by_place(
    facts: Facts,
) -> tuple[
    dict[Place, list[Burden]],
    dict[Place, list[float | None]],
    dict[tuple[Place, str], list[float | None]],
]:
    """Burdens of people, hours of rest after their nights, and waits for their answers."""
    burdens: dict[Place, list[Burden]] = {}
    rests: dict[Place, list[float | None]] = {}
    waits: dict[tuple[Place, str], list[float | None]] = {}
    days, calls = days_by_person(facts), calls_by_name(facts)
    spans = spans_on_call(facts)
    since = first_leave(facts)
    off, due = days_off(facts.landing, facts.as_of), allowances(facts.landing)
    for who, of_person in days.items():
        its_calls = calls.get(who, [])
        its_nights = nights(its_calls, facts.as_of)
        its_leaves = leaves(off.get(who, {}))
        runs = weeks_in_a_row(of_person, facts)
        for period in facts.months_and_quarters:
            # On call or called as the calendar in UTC says it, as on the page of on-call.
            is_on_call = any(s < period.end and e > period.start for s, e in spans.get(who, []))
            is_on_call = is_on_call or any(period.holds(call.paged_at) for call in its_calls)
            its_days = within(of_person, period)
            places = [(*group, period.period_id) for group in facts.person_groups(who, period)]
            if its_days:
                burden = burden_of(its_days, is_on_call, due.get(who, []), runs, period)
                burden.is_without_long_leave = is_without_long_leave(
                    who, its_days, its_leaves, period, facts, since
                )
                add_leaves_ended(burden, its_leaves, of_person, period, facts)
                for place in places:
                    burdens.setdefault(place, []).append(burden)
            for night in nights_in(its_nights, period):
                for place in places:
                    rests.setdefault(place, []).append(night.hours_of_rest)
            for call in first_calls(its_calls, period):
                assert call.local is not None
                for place in places:
                    waited = waits.setdefault((place, hour_class(call.local)), [])
                    waited.append(call.answered_after_hours)
    return burdens, rests, waits


def nights_in(found: list[Night], period: Period) -> list[Night]:
    return [one for one in found if period.start.date() <= one.began_on < period.end.date()]


def first_calls(calls: list[Call], period: Period) -> list[Call]:
    """The wait for an answer runs from the first call about an incident; on the clock of who was
    called."""
    return [
        call
        for call in calls
        if call.is_first_of_incident
        and call.local is not None
        and period.start.date() <= call.local.date() < period.end.date()
    ]


def burden_of(
    days: list[Day],
    is_on_call: bool,
    due: list[Allowance],
    runs: dict[date, int | None],
    period: Period,
) -> Burden:
    # Where time on call is unknown, the working time of the day tells nothing either.
    told = [one for one in days if one.working_hours_on_call is not None]
    off = [one.portion_off for one in days]
    in_period = [
        n for monday, n in runs.items() if period.start.date() <= monday < period.end.date()
    ]
    weeks = [n for n in in_period if n is not None]
    return Burden(
        is_on_call=is_on_call,
        hours_on_call=known_sum(one.hours_on_call for one in days),
        working_hours=known_sum(one.working_hours for one in told),
        working_hours_on_call=known_sum(one.working_hours_on_call for one in told),
        n_weeks_in_a_row=max(weeks, default=None),
        n_shifts=known_sum(one.n_shifts for one in days if one.n_shifts_over_limit is not None),
        n_shifts_over_limit=known_sum(one.n_shifts_over_limit for one in days),
        n_calls=known_sum(one.n_calls for one in days),
        n_calls_of_unknown_hour=known_sum(one.n_calls_of_unknown_hour for one in days),
        n_nights=known_sum(one.n_nights for one in days),
        n_nights_again=known_sum(one.n_nights_again for one in days),
        # Leave is taken on workdays; a period with a day of unknown leave has none that is known.
        n_leave_days=None
        if None in off
        else sum(one.portion_off or 0.0 for one in days if one.is_workday),
        n_leave_days_due=known_sum(due_on(one.on, due) for one in days),
        is_without_long_leave=None,
        n_leaves_ended=0,
        n_leaves_interrupted=0,
    )


def weeks_in_a_row(days: list[Day], facts: Facts) -> dict[date, int | None]:
    """By Monday: how many weeks up to this one were on call without one between that was not. A
    week is on call with four days of it or more. Only weeks that are over count; of one with a
    day that is unknown nobody knows."""
    weeks: dict[date, list[Day]] = {}
    for one in days:
        weeks.setdefault(one.on - timedelta(days=one.on.weekday()), []).append(one)
    found: dict[date, int | None] = {}
    for monday, of_week in sorted(weeks.items()):
        clocks = [one.clock for one in of_week if one.clock is not None]
        if at_clock(monday + 7 * DAY, 0, clocks[-1] if clocks else None) > facts.as_of:
            continue
        hours = [one.hours_on_call for one in of_week if one.hours_on_call is not None]
        if len(hours) < len(of_week):
            found[monday] = None
        elif sum(one > 0 for one in hours) >= threshold("on_call_week_days"):
            found[monday] = 1 + (found.get(monday - 7 * DAY) or 0)
        else:
            found[monday] = 0
    return found


def first_leave(facts: Facts) -> date | None:
    off = days_off(facts.landing, facts.as_of)
    return min((one for dates in off.values() for one in dates), default=None)


def is_without_long_leave(
    who: str,
    days: list[Day],
    its_leaves: list[Leave],
    period: Period,
    facts: Facts,
    since: date | None,
) -> bool | None:
    """No leave of a week or more that reaches into the half year before the end. Not known where
    someone was not there all of it, or where leave was not recorded yet."""
    begins = (period.end - timedelta(days=threshold("leave_window_days"))).date()
    came = min(row.valid_from for row in facts.people.roster if row.person_id == who)
    if period.end > facts.as_of or since is None or begins < since:
        return None
    if days[-1].on < period.end.date() - DAY or came.date() > begins:
        return None
    return not any(
        is_long(leave) and leave.first_day < period.end.date() and leave.last_day >= begins
        for leave in its_leaves
    )


def add_leaves_ended(
    burden: Burden, its_leaves: list[Leave], days: list[Day], period: Period, facts: Facts
) -> None:
    """Of leaves that are over: those on whose whole days, and free days between, someone was
    called. Before the first call that any tool recorded nobody knows."""
    for leave in its_leaves:
        if not period.start.date() <= leave.last_day < period.end.date():
            continue
        whole = [
            one
            for one in days
            if leave.first_day <= one.on <= leave.last_day and one.portion_off in (0, 1)
        ]
        if not leave.has_a_whole_day or leave.last_day >= facts.as_of.date() or not whole:
            continue
        if all(one.n_calls is not None for one in whole):
            burden.n_leaves_ended += 1
            burden.n_leaves_interrupted += any(one.n_calls for one in whole)


def add_on_call(found: Figures, place: Place, people: list[Burden], n_months: int) -> None:
    n_unknown = int(known_sum(one.n_calls_of_unknown_hour for one in people) or 0)
    of_nights = [one.n_nights for one in people if one.n_nights is not None]
    n_nights = known_sum(of_nights)
    found[place, "interrupted_nights_per_person"] = ratio(
        number(n_nights), float(len(of_nights) * n_months), n_unknown, int(n_nights or 0)
    )
    n_again = known_sum(one.n_nights_again for one in people)
    found[place, "share_of_nights_interrupted_again"] = share(n_again, n_nights, n_unknown)
    weeks = [one.n_weeks_in_a_row for one in people if one.n_weeks_in_a_row is not None]
    found[place, "share_of_people_on_call_many_weeks"] = share(
        sum(n > threshold("consecutive_on_call_weeks") for n in weeks),
        len(weeks),
        len(people) - len(weeks),
    )
    shares = [one.share_on_call for one in people if one.share_on_call is not None]
    found[place, "share_of_people_over_on_call_share"] = share(
        sum(one > threshold("on_call_share_of_working_time") for one in shares),
        len(shares),
        len(people) - len(shares),
    )
    found[place, "share_of_shifts_over_limit"] = share(
        known_sum(one.n_shifts_over_limit for one in people),
        known_sum(one.n_shifts for one in people),
    )
    calls = [one.n_calls for one in people if one.n_calls is not None]
    found[place, "page_load_gini"] = Figure(gini(calls), None, None, int(sum(calls)))
    hours = [one.hours_on_call for one in people if one.hours_on_call is not None]
    found[place, "hours_load_gini"] = Figure(gini(hours), None, None, len(people))


def add_leave(found: Figures, place: Place, people: list[Burden], n_months: int) -> None:
    known = [one for one in people if one.n_leave_days is not None]
    found[place, "leave_days_per_person"] = ratio(
        known_sum(one.n_leave_days for one in known),
        float(len(known) * n_months),
        len(people) - len(known),
        len(known),
    )
    due = [one for one in known if one.n_leave_days_due]
    n_due = known_sum(one.n_leave_days_due for one in known)
    taken = known_sum(one.n_leave_days for one in due)
    found[place, "leave_taken_of_allowance"] = Figure(
        100 * taken / n_due if taken is not None and n_due else None,
        taken,
        n_due,
        len(due),
        len(people) - len(due),
    )
    rests = [one.is_without_long_leave for one in people if one.is_without_long_leave is not None]
    found[place, "share_without_long_leave"] = share(
        sum(rests), len(rests), len(people) - len(rests)
    )
    found[place, "share_of_leaves_interrupted"] = share(
        sum(one.n_leaves_interrupted for one in people), sum(one.n_leaves_ended for one in people)
    )


def number(value: float | None) -> float | None:
    return None if value is None else float(value)


def share(part: float | None, of: float | None, n_excluded: int = 0) -> Figure:
    """What is counted in the denominator are the events."""
    value = part / of if part is not None and of else None
    return Figure(value, number(part), number(of), int(of or 0), n_excluded)


def median(hours: list[float | None]) -> Figure:
    known = [one for one in hours if one is not None]
    return Figure(quantile(known, 0.5), None, None, len(known), len(hours) - len(known))


def gini(amounts: list[float]) -> float | None:
    """The mean difference of two people, of all pairs, over twice the mean: of pairs of two
    different people, so that a group of two can reach one. Alone there is nothing to share."""
    n, total = len(amounts), sum(amounts)
    if n < 2 or total <= 0:
        return None
    difference = sum(abs(one - other) for one in amounts for other in amounts) / (n * (n - 1))
    return difference / (2 * total / n)


def survey(facts: Facts) -> Figures:
    """By quarter, of the whole and of divisions. Of too few who answered nothing is said."""
    (minimum,) = (
        int(row["minimum_people"])
        for row in seed("policy/privacy_minimums")
        if (row["audience"], row["data_class"]) == ("leadership", "survey")
    )
    found: Figures = {}
    every = answers(facts)
    for quarter in facts.months_and_quarters:
        if quarter.grain != "quarter":
            continue
        of_people: dict[tuple[Place, str], dict[str, list[Answer]]] = {}
        for one in last_answers(every, quarter):
            groups = [("organisation", "all")]
            if one.division is not None:
                groups.append(("division", one.division))
            for group in groups:
                cell = ((*group, quarter.period_id), one.theme)
                of_people.setdefault(cell, {}).setdefault(one.respondent, []).append(one)
        for (place, theme), people in of_people.items():
            known = [v for v in map(is_favourable, people.values()) if v is not None]
            figure = share(sum(known), len(known), len(people) - len(known))
            if len(known) < minimum:
                figure = Figure(None, *figure_parts(figure))
            found[place, f"{theme}_favourable"] = figure
    return found


def figure_parts(figure: Figure) -> tuple[float | None, float | None, int, int]:
    return figure.numerator, figure.denominator, figure.n_events, figure.n_excluded
