"""Times: how they are read, how long lies between them, and whether a row holds at one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo, available_timezones

FAR_AHEAD = datetime(9999, 12, 31, tzinfo=UTC)


class Effective(Protocol):
    """A row that holds from one moment to another, without the latter."""

    @property
    def valid_from(self) -> datetime: ...
    @property
    def valid_to(self) -> datetime | None: ...


def moment(text: object) -> datetime | None:
    """A time with its offset, in UTC. One without an offset says too little and is unknown."""
    if not isinstance(text, str) or not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo else None


def day(text: object) -> datetime | None:
    """A date of the people system: it begins at midnight in UTC."""
    if not isinstance(text, str) or not text:
        return None
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def seconds_between(start: datetime | None, stop: datetime | None) -> float | None:
    """Unknown where one end is, or where the second lies before the first."""
    if start is None or stop is None or stop < start:
        return None
    return (stop - start).total_seconds()


def holds_at(row: Effective, at: datetime) -> bool:
    return row.valid_from <= at and (row.valid_to is None or at < row.valid_to)


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def zone(name: str | None) -> ZoneInfo | None:
    """A time zone as a source names it; a misspelt one is unknown."""
    known = _zones().get(name.lower()) if name is not None else None
    return ZoneInfo(known) if known is not None else None


def on_clock(at: datetime, clock: ZoneInfo | None) -> datetime:
    """What a clock shows at a moment, as if it were a time in UTC."""
    return at.astimezone(clock).replace(tzinfo=UTC) if clock is not None else at


def midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def monday_of(at: datetime) -> datetime:
    """The beginning of the week in which a moment lies."""
    return midnight(at) - timedelta(days=at.weekday())
