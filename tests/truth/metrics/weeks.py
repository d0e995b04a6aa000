"""Whole weeks in which a service was in use; one without a deployment is a zero and no gap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.truth.facts import Facts
from tests.truth.moments import FAR_AHEAD, monday_of

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class ServiceWeek:
    service_id: str
    start: datetime
    n_deployments: int
    n_days: int


def service_weeks(facts: Facts) -> list[ServiceWeek]:
    """From the week after the first deployment until the service is retired, or the as-of date."""
    found = []
    ends_of: dict[str, list[datetime]] = {}
    for one in facts.deployments.in_production():
        if one.service_id is not None and one.finished_at is not None:
            ends_of.setdefault(one.service_id, []).append(one.finished_at)
    for service, ends in ends_of.items():
        retired = max(
            row.valid_to or FAR_AHEAD for row in facts.services.rows if row.service_id == service
        )
        until = min(facts.as_of, retired)
        start = monday_of(min(ends)) + WEEK
        while start + WEEK <= until:
            within = [at for at in ends if start <= at < start + WEEK]
            days = {at.date() for at in within}
            found.append(ServiceWeek(service, start, len(within), len(days)))
            start += WEEK
    return found
