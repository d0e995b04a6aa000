"""Which service needs which: layers without a way back, but for what is planted.

A service needs what stands before it in one fixed order, platform first, so that
following the dependencies always ends.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from orchestration.sources.demo.planted import Planted
from orchestration.sources.demo.world.calendar import FAR, span
from orchestration.sources.demo.world.organisation import Dependency, Organisation, Service

Row = tuple[object, ...]

# How many others a service needs, and how often.
COUNTS = (0, 1, 2, 3, 4)
PRODUCT_WEIGHTS = (8, 24, 32, 24, 12)
PLATFORM_WEIGHTS = (40, 36, 18, 6, 0)
SHARE_REPLACED = 0.08


def connect(organisation: Organisation, planted: Planted) -> None:
    """Fill in the dependencies of all services."""
    rng = random.Random(f"{organisation.seed}/dependencies")
    order = sorted(organisation.services, key=lambda s: (s.mission != "platform", s.service_id))
    for place, service in enumerate(order):
        weights = PLATFORM_WEIGHTS if service.mission == "platform" else PRODUCT_WEIGHTS
        count = min(place, rng.choices(COUNTS, weights)[0])
        # What stands first is needed most: a few services carry many.
        for other in sorted({int(place * rng.random() ** 2) for _ in range(count)}):
            organisation.dependencies += _needs(organisation, rng, service, order[other], order)
    if planted.planned("dependency_cycle"):
        first = next(d for d in organisation.dependencies if d.end == FAR)
        day = max(organisation.period.day(0.4), first.start)
        organisation.dependencies.append(Dependency(first.needs, first.service, day, FAR))
        planted.record(
            "dependency_cycle",
            service_id=first.service.service_id,
            depends_on_service_id=first.needs.service_id,
        )


def _needs(
    organisation: Organisation,
    rng: random.Random,
    service: Service,
    other: Service,
    order: list[Service],
) -> Iterator[Dependency]:
    """One dependency, or one that gave way to another within the period."""
    start = max(service.born, other.born) + rng.randrange(1, 60)
    changed = organisation.period.day(rng.uniform(0.2, 0.9))
    if rng.random() > SHARE_REPLACED or start >= changed:
        yield Dependency(service, other, start, FAR)
        return
    yield Dependency(service, other, start, changed)
    successor = order[0]
    if successor not in (service, other) and successor.born <= changed:
        yield Dependency(service, successor, changed, FAR)


def rows(organisation: Organisation, today: int) -> Iterator[Row]:
    """Of equal dependencies the people system keeps the first."""
    known = set()
    for needed in organisation.dependencies:
        key = (needed.service.service_id, needed.needs.service_id)
        if needed.start <= today and key not in known:
            known.add(key)
            yield (*key, *span(needed.start, needed.end, today))
