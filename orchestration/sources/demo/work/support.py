"""Support tickets: what customers ask, and what reaches engineers.

Most is answered by the support desk, which is not in the roster. About a fifth is
escalated to the team that owns the service: to who is at work, else to who is on call.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from orchestration.sources.demo.work.changes import around, next_working, poisson
from orchestration.sources.demo.work.history import Ticket
from orchestration.sources.demo.world.calendar import DAY, HOUR, day_of, instant
from orchestration.sources.demo.world.organisation import Organisation, Person, Service
from orchestration.sources.demo.world.rotations import Rotations

# Tickets of a product service in a week, by criticality; of a platform service a third.
WEEKLY = {"tier_1": 1.9, "tier_2": 1.1, "tier_3": 0.6}
SHARE_ESCALATED = 0.22
# Customers ask less on weekends, and what is not urgent waits for the engineer's morning.
WEEKEND = 0.35
URGENT = {"tier_1": 0.3, "tier_2": 0.15, "tier_3": 0.05}


def tickets(organisation: Organisation, rotations: Rotations) -> Iterator[Ticket]:
    """All tickets that were opened by the end, service by service."""
    for service in organisation.services:
        yield from _of_service(organisation, rotations, service)


def _of_service(
    organisation: Organisation, rotations: Rotations, service: Service
) -> Iterator[Ticket]:
    period = organisation.period
    rng = random.Random(f"{organisation.seed}/support/{service.service_id}")
    rate = WEEKLY[service.criticality] / (7 if service.mission == "product" else 21)
    count = 0
    for day in range(max(period.start, service.born + 9), period.end):
        is_weekend = date.fromordinal(day).weekday() > 4
        for _ in range(poisson(rng, rate * (WEEKEND if is_weekend else 1.25))):
            zone = service.keeper(day).team.site.zone
            opened = instant(zone, day, int(rng.triangular(6, 22, 13) * HOUR))
            if opened > period.as_of:
                continue
            count += 1
            escalated, handler = None, None
            if rng.random() < SHARE_ESCALATED:
                escalated = opened + around(rng, 2 * HOUR, 0.9)
                handler = _handler(rng, rotations, service, escalated)
                if handler and rng.random() > URGENT[service.criticality]:
                    escalated = next_working(rng, handler, escalated)
            resolved = max(opened, escalated or 0) + around(rng, 9 * HOUR, 1.2)
            yield Ticket(
                ticket_id=f"H-{service.service_id[1:]}-{count:05}",
                service=service,
                handler=handler,
                opened_at=opened,
                escalated_at=escalated,
                resolved_at=None if rng.random() < 0.02 else min(resolved, opened + 60 * DAY),
            )


def _handler(rng: random.Random, rotations: Rotations, service: Service, at: int) -> Person | None:
    day = day_of(at)
    owner = service.owner(day)
    if owner is None:
        return None
    crew = [person for person in owner.team.members(day) if person.at_work(day)]
    return rng.choice(crew) if crew else rotations.on_call(owner.team, at)[0]
