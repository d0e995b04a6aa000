"""What a metric says of a group in a period, and the grouping of events for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from tests.truth.facts import Facts

# Family and key of the group, and the period.
Place = tuple[str, str, str]
Event = TypeVar("Event")


@dataclass(frozen=True)
class Figure:
    value: float | None
    numerator: float | None
    denominator: float | None
    n_events: int
    n_excluded: int = 0


# A cohort of many services has no use for weeks, and there are many of them.
WEEKLY = ("service", "team", "organisation")

# Definitions of others are computed of services and of the whole.
OF_OTHERS = ("service", "organisation")

# Of each table: the place and the metric.
Figures = dict[tuple[Place, str], Figure]


def ratio(
    numerator: float | None, denominator: float, n_excluded: int = 0, n_events: int | None = None
) -> Figure:
    """A denominator of nothing gives no value."""
    value = None if numerator is None or not denominator else numerator / denominator
    n = int(denominator) if n_events is None else n_events
    return Figure(value, numerator, denominator, n, n_excluded)


def by_place(
    facts: Facts,
    events: Iterable[Event],
    happened_at: Callable[[Event], datetime | None],
    service_of: Callable[[Event], str | None],
) -> dict[Place, list[Event]]:
    """Events of services, for every group that held when they happened, by week, month and
    quarter."""
    found: dict[Place, list[Event]] = {}
    for event in events:
        at = happened_at(event)
        if at is None:
            continue
        periods = facts.periods_of(service_of(event), at)
        for family, key in facts.service_groups(service_of(event), at):
            for period in periods:
                if period.grain == "week" and family not in WEEKLY:
                    continue
                found.setdefault((family, key, period.period_id), []).append(event)
    return found
