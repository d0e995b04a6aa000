"""A demo organisation: extracts as its tools would have sent them.

Everything follows from a seed. Nobody in it exists.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.sources.demo.parts import Plan, Written, count_parts, write_parts
from orchestration.sources.demo.planted import OCCURRENCES, TRUTHS, Occurrence, Planted
from orchestration.sources.demo.visits import extracts
from orchestration.sources.demo.world.calendar import period_of
from orchestration.sources.write import clear_aside, publish_part

__all__ = ["AS_OF", "EVERYTHING", "DemoSummary", "write_demo"]

AS_OF = datetime(2026, 10, 15, tzinfo=UTC)
EVERYTHING = (*OCCURRENCES, *TRUTHS)


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was written. ``counts``: records by "<source>.<stream>", all extracts."""

    folder: Path
    counts: dict[str, int]
    extracts: tuple[str, ...]
    files: tuple[Path, ...]
    planted: tuple[Occurrence, ...]
    seconds: float


def write_demo(
    landing: Path,
    *,
    seed: int = 7,
    people: int = 320,
    quarters: int = 6,
    as_of: datetime = AS_OF,
    plant: Iterable[str] = EVERYTHING,
    log: Callable[[str], None] = lambda message: None,
) -> DemoSummary:
    """Write the demo organisation's extracts below ``landing``.

    The same arguments write the same bytes; a file that is there already and is the
    same is left alone. The period is ``quarters`` full quarters before ``as_of`` and
    the days until ``as_of``. Nothing in ``plant`` gives the clean twin: the same people,
    teams and services, and nothing of what `planted.py` lists. Raises ValueError below 60
    people or one quarter, for an ``as_of`` without zone, and for an unknown name.
    """
    started = time.monotonic()
    period = period_of(as_of, quarters)
    plan = Plan(landing, seed, people, period, Planted(plant).names)
    clear_aside(landing)
    n_parts = count_parts(plan)
    counts: Counter[str] = Counter()
    parts: list[Written] = []
    for written in write_parts(plan):
        counts.update(written.counts)
        parts.append(written)
        log(f"demo: {len(parts)} of {n_parts} parts, {counts.total():,} records")
    parts.sort(key=lambda written: written.part)
    files = [path for written in parts for path in publish_part(landing, written.part)]
    return DemoSummary(
        folder=landing,
        counts=dict(sorted(counts.items())),
        extracts=tuple(visit.folder for visit in extracts(period)),
        files=tuple(files),
        planted=tuple(one for written in parts for one in written.planted),
        seconds=time.monotonic() - started,
    )
