"""Weeks, months and quarters of the calendar, from the first event to the as-of date.

Each team lives through them on its own clock: what counts on a date counts for the periods that
hold it. Quarters are those of the fiscal year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from tests.truth.definitions import threshold
from tests.truth.moments import monday_of

# In the east a date begins up to so many hours earlier.
EARLIEST_DATE = timedelta(hours=14)


@dataclass(frozen=True)
class Period:
    grain: str
    start: datetime
    end: datetime

    @cached_property
    def period_id(self) -> str:
        return f"{self.grain} {self.start:{'%Y-%m-%d' if self.grain == 'week' else '%Y-%m'}}"

    @property
    def label(self) -> str:
        """As it is published; only quarters are."""
        assert self.grain == "quarter"
        assert threshold("fiscal_year_start_month") == 1
        return f"{self.start.year}-Q{(self.start.month + 2) // 3}"

    @property
    def n_months(self) -> int:
        return 1 if self.grain == "month" else 3

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def is_closed(self, as_of: datetime) -> bool:
        """When late data has settled."""
        return self.end + timedelta(days=threshold("period_closes_after_days")) <= as_of


def periods(happened: Iterable[datetime], as_of: datetime) -> list[Period]:
    first = min(happened, default=None)
    if first is None:
        return []
    until = as_of + EARLIEST_DATE
    found = []
    week = monday_of(first)
    while week < until:
        found.append(Period("week", week, week + timedelta(days=7)))
        week += timedelta(days=7)
    month = datetime(first.year, first.month, 1, tzinfo=UTC)
    while not is_quarter(month):
        month = later(month, -1)
    while month < until:
        found.append(Period("month", month, later(month, 1)))
        if is_quarter(month):
            found.append(Period("quarter", month, later(month, 3)))
        month = later(month, 1)
    return found


def is_quarter(month: datetime) -> bool:
    """Whether a quarter of the fiscal year begins with the month."""
    return (month.month - int(threshold("fiscal_year_start_month"))) % 3 == 0


def later(month: datetime, months: int) -> datetime:
    count = 12 * month.year + month.month - 1 + months
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)
