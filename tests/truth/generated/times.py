"""Moments of an organisation: some weeks around a day on which something is decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

# Around these lie the ends of a month, a quarter and a week, clock changes, and the as-of date.
ANCHORS = [
    datetime(2026, 3, 24, tzinfo=UTC),
    datetime(2026, 4, 24, tzinfo=UTC),
    datetime(2026, 6, 22, tzinfo=UTC),
    datetime(2026, 8, 10, tzinfo=UTC),
    datetime(2026, 9, 21, tzinfo=UTC),
    datetime(2026, 10, 5, tzinfo=UTC),
]
anchors = st.sampled_from(ANCHORS)
QUARTER_HOURS_A_DAY = 96


def moments(anchor: datetime, days: int = 16) -> st.SearchStrategy[datetime]:
    """Quarters of an hour, so that two things often happen at once; whole days come first."""
    quarters = st.one_of(
        st.integers(0, days).map(lambda day: day * QUARTER_HOURS_A_DAY),
        st.integers(0, days * QUARTER_HOURS_A_DAY),
    )
    return quarters.map(lambda count: anchor + timedelta(minutes=15 * count))


def hours(low: float, high: float) -> st.SearchStrategy[timedelta]:
    quarters = st.integers(int(4 * low), int(4 * high))
    return quarters.map(lambda count: timedelta(minutes=15 * count))


def text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def date(at: datetime | None) -> str | None:
    return None if at is None else at.date().isoformat()
