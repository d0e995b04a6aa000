"""On-call burden of groups of people, per person on call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.truth.definitions import Profile, preference, threshold
from tests.truth.facts import Facts
from tests.truth.metrics.figures import Figure, Figures, Place
from tests.truth.moments import zone
from tests.truth.periods import Period
from tests.truth.records import Page, Shift


@dataclass
class Load:
    """What one person carried in a period."""

    hours_on_call: float = 0
    n_pages: int = 0
    n_after_hours: int = 0
    n_sleep_hours: int = 0
    n_of_unknown_hour: int = 0


def on_call(facts: Facts, profile: Profile) -> Figures:
    found: Figures = {}
    for place, people in loads_by_place(facts).items():
        (period,) = (one for one in facts.periods if one.period_id == place[2])
        loads = list(people.values())
        n_people = len(loads)
        n_weeks = (period.end - period.start) / timedelta(days=7)
        n_pages = sum(load.n_pages for load in loads)
        n_unknown = sum(load.n_of_unknown_hour for load in loads)
        n_woken = sum(load.n_sleep_hours > 0 for load in loads)
        person_months = n_people * period.n_months
        for metric, amount, exposure, n_excluded in [
            (
                "on_call_hours_per_person",
                sum(load.hours_on_call for load in loads),
                n_people * n_weeks,
                0,
            ),
            ("pages_per_person", n_pages, person_months, 0),
            (
                "after_hours_pages_per_person",
                sum(load.n_after_hours for load in loads),
                person_months,
                n_unknown,
            ),
            (
                "sleep_hours_pages_per_person",
                sum(load.n_sleep_hours for load in loads),
                person_months,
                n_unknown,
            ),
            ("share_of_people_paged_in_sleep_hours", n_woken, n_people, n_unknown),
        ]:
            found[place, metric] = Figure(
                amount / exposure, float(amount), float(exposure), n_pages, n_excluded
            )
    return found


def loads_by_place(facts: Facts) -> dict[Place, dict[str, Load]]:
    """Per group and period, the load of each of its people who was on call or was paged."""
    found: dict[Place, dict[str, Load]] = {}
    shifts_of, pages_of = shifts_by_person(facts), pages_by_person(facts)
    for who in shifts_of.keys() | pages_of.keys():
        for period in facts.months_and_quarters:
            hours = hours_within(shifts_of.get(who, []), period, facts.as_of)
            pages = [page for page in pages_of.get(who, []) if period.holds(page.paged_at)]
            if hours is None and not pages:
                continue
            load = load_of(hours or 0.0, pages, who, facts)
            for family, key in facts.person_groups(who, period):
                found.setdefault((family, key, period.period_id), {})[who] = load
    return found


def load_of(hours: float, pages: list[Page], who: str, facts: Facts) -> Load:
    load = Load(hours_on_call=hours, n_pages=len(pages))
    for page in pages:
        clock = local_time(page, who, facts)
        if clock is None:
            # Without a zone the hour is unknown: such pages are counted, not guessed.
            load.n_of_unknown_hour += 1
            continue
        load.n_after_hours += (
            clock.isoweekday() > 5
            or clock.hour < threshold("working_day_start")
            or clock.hour >= threshold("working_day_end")
        )
        load.n_sleep_hours += clock.hour >= threshold(
            "sleep_hours_start"
        ) or clock.hour < threshold("sleep_hours_end")
    return load


def local_time(page: Page, who: str, facts: Facts) -> datetime | None:
    """On the person's clock at that time: the roster's zone, else that of the on-call tool."""
    clock = facts.people.zone_at(who, page.paged_at) or zone(page.time_zone)
    return page.paged_at.astimezone(clock) if clock else None


def name_of(thing: Page | Shift, facts: Facts) -> str | None:
    if thing.identity is None:
        return None
    person = facts.people.person_of(thing.system, thing.identity)
    return person or f"{thing.system}/{thing.identity.lower()}"


def shifts_by_person(facts: Facts) -> dict[str, list[Shift]]:
    """A shift without start and end is permanent: coverage, and kept out of hours."""
    found: dict[str, list[Shift]] = {}
    for shift in facts.told.shifts:
        who = name_of(shift, facts)
        if who is not None and shift.starts_at is not None:
            found.setdefault(who, []).append(shift)
    return found


def hours_within(shifts: list[Shift], period: Period, as_of: datetime) -> float | None:
    """Two rotations at once are one span on call. Not on call at all is no hour and no zero."""
    spans = []
    for shift in shifts:
        assert shift.starts_at is not None
        start = max(shift.starts_at, period.start)
        stop = min(shift.ends_at or as_of, as_of, period.end)
        if start < stop:
            spans.append((start, stop))
    if not spans:
        return None
    seconds, reached = 0.0, period.start
    for start, stop in sorted(spans):
        start = max(start, reached)
        if start < stop:
            seconds += (stop - start).total_seconds()
            reached = stop
    return seconds / 3600


def pages_by_person(facts: Facts) -> dict[str, list[Page]]:
    """Two tools that call one person within minutes interrupt once: the preferred one's calls
    count."""
    near = timedelta(minutes=threshold("same_page_minutes"))
    found: dict[str, list[Page]] = {}
    for page in facts.told.pages:
        who = name_of(page, facts)
        if who is not None:
            found.setdefault(who, []).append(page)
    return {
        who: [
            page
            for page in pages
            if not any(
                abs(other.paged_at - page.paged_at) <= near
                and preference(other.system) < preference(page.system)
                for other in pages
            )
        ]
        for who, pages in found.items()
    }
