"""When people work: zones with daylight saving, holidays, working hours.

Days are proleptic ordinals (``date.toordinal``), instants are whole seconds since
1970 in UTC. Both are plain integers because millions of them are made.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

DAY = 86_400
HOUR = 3_600
MINUTE = 60
EPOCH_DAY = date(1970, 1, 1).toordinal()
# An open end of a span of days.
FAR = date(9999, 1, 1).toordinal()
WORK_STARTS = 9 * HOUR
WORK_ENDS = 18 * HOUR


@dataclass(frozen=True, slots=True)
class Site:
    """A place people work from: ISO 3166 code and IANA zone."""

    location: str
    zone: str

    @property
    def country(self) -> str:
        return self.location[:2]


@dataclass(frozen=True, slots=True)
class Period:
    """The days the demo covers: [start, end) as ordinals, and ``as_of`` in seconds."""

    start: int
    end: int
    as_of: int

    def day(self, share: float) -> int:
        """The Monday nearest before the given share of the period."""
        day = self.start + int((self.end - self.start) * share)
        return day - date.fromordinal(day).weekday()


def period_of(as_of: datetime, quarters: int) -> Period:
    """``quarters`` full quarters before ``as_of``, and the days until ``as_of``."""
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone")
    if quarters < 1:
        raise ValueError("at least one quarter is needed")
    as_of = as_of.astimezone(UTC)
    months = as_of.year * 12 + (as_of.month - 1) // 3 * 3 - 3 * quarters
    start = date(months // 12, months % 12 + 1, 1)
    return Period(start.toordinal(), as_of.date().toordinal() + 1, int(as_of.timestamp()))


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=1 << 18)
def offset(zone: str, day: int) -> int:
    """Seconds east of UTC at local noon.

    Noon, because it exists once on every day in every zone; a night of the clock
    change is then at most one hour off, which no rhythm here depends on.
    """
    noon = datetime.combine(
        date.fromordinal(day), datetime.min.time().replace(hour=12), _zone(zone)
    )
    shift = noon.utcoffset() or timedelta()
    return int(shift.total_seconds())


def instant(zone: str, day: int, second: int) -> int:
    """The instant at ``second`` of the local ``day``."""
    return (day - EPOCH_DAY) * DAY + second - offset(zone, day)


def local(zone: str, at: int) -> tuple[int, int]:
    """The local (day, second of day) of an instant."""
    day = at // DAY + EPOCH_DAY
    day, second = divmod(at + offset(zone, day), DAY)
    return day + EPOCH_DAY, second


@lru_cache(maxsize=1 << 14)
def _day_text(day: int) -> str:
    return date.fromordinal(day + EPOCH_DAY).isoformat()


@lru_cache(maxsize=DAY)
def _time_text(second: int) -> str:
    minute, second = divmod(second, MINUTE)
    hour, minute = divmod(minute, 60)
    return f"{hour:02}:{minute:02}:{second:02}"


def iso(at: int) -> str:
    """``2026-10-15T00:00:00Z``, as both vendors' REST APIs write instants."""
    day, second = divmod(at, DAY)
    return f"{_day_text(day)}T{_time_text(second)}Z"


def span(start: int, end: int, today: int) -> tuple[str, str]:
    """Validity as a people system writes it: what will end later is not known to end."""
    until = date.fromordinal(end).isoformat() if end < FAR and end <= today else ""
    return date.fromordinal(start).isoformat(), until


def day_of(at: int) -> int:
    """The UTC day of an instant."""
    return at // DAY + EPOCH_DAY


FIXED_HOLIDAYS: dict[str, tuple[tuple[int, int], ...]] = {
    "AU": ((1, 1), (1, 26), (4, 25), (12, 25), (12, 26)),
    "BR": ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25)),
    "CA": ((1, 1), (7, 1), (9, 30), (11, 11), (12, 25), (12, 26)),
    "DE": ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26)),
    "GB": ((1, 1), (12, 25), (12, 26)),
    "IN": ((1, 1), (1, 26), (8, 15), (10, 2), (12, 25)),
    "JP": ((1, 1), (1, 2), (2, 11), (5, 3), (5, 4), (5, 5), (11, 3), (11, 23)),
    "KE": ((1, 1), (5, 1), (6, 1), (10, 20), (12, 12), (12, 25), (12, 26)),
    "PL": ((1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 25)),
    "SG": ((1, 1), (5, 1), (8, 9), (12, 25)),
    "US": ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25)),
}
# Days that only a region has, beside those of its country.
REGIONAL_HOLIDAYS: dict[str, tuple[tuple[int, int], ...]] = {
    "BR-SP": ((7, 9),),
    "CA-NL": ((6, 24),),
    "DE-BE": ((3, 8),),
    "IN-KA": ((11, 1),),
    "US-CA": ((3, 31),),
}
# Countries where Good Friday and Easter Monday are days off.
EASTER_COUNTRIES = frozenset({"AU", "CA", "DE", "GB", "PL"})


def easter(year: int) -> date:
    """Easter Sunday, Gregorian (the anonymous algorithm of 1876)."""
    golden, century = year % 19, year // 100
    leap_loss = century - century // 4 - (8 * century + 13) // 25
    epact = (leap_loss + 19 * golden + 15) % 30
    epact -= epact // 28 * (1 - 29 // (epact + 1) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    days = epact - weekday
    month = 3 + (days + 40) // 44
    return date(year, month, days + 28 - 31 * (month // 4))


@lru_cache(maxsize=1 << 10)
def holidays(country: str, year: int) -> frozenset[int]:
    """Public holidays of a country as ordinals: a plausible set, not a legal one."""
    days = {date(year, m, d).toordinal() for m, d in FIXED_HOLIDAYS[country]}
    if country in EASTER_COUNTRIES:
        sunday = easter(year).toordinal()
        days |= {sunday - 2, sunday + 1}
    if country == "US":
        first = date(year, 11, 1)
        thursday = first.toordinal() + (3 - first.weekday()) % 7 + 21
        days |= {thursday, thursday + 1}
    return frozenset(days)


@lru_cache(maxsize=1 << 10)
def days_off(location: str, year: int) -> frozenset[int]:
    """Public holidays of a place: those of its country and its own."""
    own = REGIONAL_HOLIDAYS.get(location, ())
    return holidays(location[:2], year) | {date(year, m, d).toordinal() for m, d in own}


def is_workday(site: Site, day: int) -> bool:
    """Neither a weekend nor a public holiday at the site."""
    on = date.fromordinal(day)
    return on.weekday() < 5 and day not in days_off(site.location, on.year)


def season(day: int) -> float:
    """How much is started on a working day: little in late December, less in August."""
    on = date.fromordinal(day)
    if (on.month, on.day) >= (12, 20) or (on.month, on.day) <= (1, 3):
        return 0.2
    return 0.85 if on.month == 8 else 1.0


def working_second(rng: random.Random, shift: int) -> int:
    """A second of the day at which someone works, for a person ``shift`` s later."""
    draw = rng.random()
    if draw < 0.47:
        second = rng.triangular(9.0, 13.0, 10.7)
    elif draw < 0.95:
        second = rng.triangular(13.2, 18.2, 15.2)
    else:
        second = rng.uniform(18.2, 22.5)
    return int(second * HOUR) + shift
