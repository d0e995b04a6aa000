"""Whole weeks in which a service was in use; one without a deployment is a zero and no gap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.truth.facts import Facts
from tests.truth.moments import FAR_AHEAD, monday_of, on_clock

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class ServiceWeek:
    service_id: str
    start: datetime
    n_deployments: int
    n_days: int


def service_weeks(facts: Facts) -> list[ServiceWeek]:
    """From the week after the first deployment until the service is retired, or the as-of date;
    on the clock of the team that owned the service. The last week is whole when it is over where
    the team is."""
    found = []
    dates_of: dict[str, list[datetime]] = {}
    for one in facts.deployments.in_production():
        if one.service_id is not None and one.finished_at is not None:
            date = facts.people.counted_on(one.service_id, one.finished_at)
            dates_of.setdefault(one.service_id, []).append(date)
    for service, dates in dates_of.items():
        retired = max(
            row.valid_to or FAR_AHEAD for row in facts.services.rows if row.service_id == service
        )
        until = min(facts.as_of, retired)
        # Of a span that ends at that very moment the clock still counts.
        clock = facts.people.clock_at(service, until - timedelta(microseconds=1))
        start = monday_of(min(dates)) + WEEK
        while start + WEEK <= on_clock(until, clock):
            within = [date for date in dates if start <= date < start + WEEK]
            found.append(ServiceWeek(service, start, len(within), len(set(within))))
            start += WEEK
    return found
