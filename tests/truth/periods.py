"""Months and quarters, from the first event to the as-of date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.truth.definitions import threshold


@dataclass(frozen=True)
class Period:
    grain: str
    start: datetime
    end: datetime

    @property
    def period_id(self) -> str:
        return f"{self.grain} {self.start:%Y-%m}"

    @property
    def label(self) -> str:
        if self.grain == "month":
            return f"{self.start:%Y-%m}"
        return f"{self.start.year}-Q{(self.start.month + 2) // 3}"

    @property
    def n_months(self) -> int:
        return 1 if self.grain == "month" else 3

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def is_closed(self, as_of: datetime) -> bool:
        """When late data has settled."""
        return self.end + timedelta(days=threshold("period_closes_after_days")) <= as_of


def periods(events: Iterable[datetime], as_of: datetime) -> list[Period]:
    first = min(events, default=None)
    if first is None:
        return []
    month = datetime(first.year, 3 * ((first.month - 1) // 3) + 1, 1, tzinfo=UTC)
    found = []
    while month < as_of:
        found.append(Period("month", month, later(month, 1)))
        if month.month in (1, 4, 7, 10):
            found.append(Period("quarter", month, later(month, 3)))
        month = later(month, 1)
    return found


def later(month: datetime, months: int) -> datetime:
    count = 12 * month.year + month.month - 1 + months
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)
