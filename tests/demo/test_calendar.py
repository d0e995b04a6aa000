"""Working rhythms of the demo organisation."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from orchestration.sources.demo.world import calendar


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25)],
)
def test_easter_is_on_its_known_dates(year: int, month: int, day: int) -> None:
    assert calendar.easter(year) == date(year, month, day)


def test_the_period_is_full_quarters_and_the_days_until_as_of() -> None:
    period = calendar.period_of(datetime(2026, 10, 15, tzinfo=UTC), 6)
    assert date.fromordinal(period.start) == date(2025, 4, 1)
    assert calendar.iso(period.as_of) == "2026-10-15T00:00:00Z"


def test_an_as_of_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        calendar.period_of(datetime(2026, 10, 15), 6)


@pytest.mark.parametrize(
    ("zone", "on", "expected"),
    [
        ("Europe/Berlin", date(2026, 3, 27), "2026-03-27T08:00:00Z"),
        ("Europe/Berlin", date(2026, 3, 30), "2026-03-30T07:00:00Z"),
        ("Asia/Kolkata", date(2026, 3, 30), "2026-03-30T03:30:00Z"),
        ("Australia/Adelaide", date(2026, 1, 5), "2026-01-04T22:30:00Z"),
    ],
)
def test_nine_in_the_morning_is_nine_where_the_person_is(
    zone: str, on: date, expected: str
) -> None:
    at = calendar.instant(zone, on.toordinal(), 9 * calendar.HOUR)
    assert calendar.iso(at) == expected
    assert calendar.local(zone, at) == (on.toordinal(), 9 * calendar.HOUR)


def test_weekends_and_holidays_are_no_workdays() -> None:
    site = calendar.Site("DE-BE", "Europe/Berlin")
    assert not calendar.is_workday(site, date(2026, 4, 6).toordinal())
    assert not calendar.is_workday(site, date(2026, 4, 11).toordinal())
    assert calendar.is_workday(site, date(2026, 4, 7).toordinal())


def test_a_region_has_days_off_that_its_country_has_not() -> None:
    womens_day = date(2027, 3, 8).toordinal()
    assert not calendar.is_workday(calendar.Site("DE-BE", "Europe/Berlin"), womens_day)
    assert calendar.is_workday(calendar.Site("DE-BY", "Europe/Berlin"), womens_day)


def test_little_is_started_in_late_december() -> None:
    assert calendar.season(date(2025, 12, 29).toordinal()) < 0.5
    assert calendar.season(date(2025, 11, 12).toordinal()) == 1.0
