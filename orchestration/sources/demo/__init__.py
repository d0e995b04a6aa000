"""A demo organisation: extracts as its tools would have sent them.

Everything follows from a seed. Nobody in it exists.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.sources.demo import dependencies, leave, support
from orchestration.sources.demo.calendar import Period, instant, period_of
from orchestration.sources.demo.checks import Checks
from orchestration.sources.demo.engineering import Replay
from orchestration.sources.demo.extracts import (
    extracts,
    write_checks,
    write_duty,
    write_incidents,
    write_issues,
    write_people,
    write_repository,
    write_tickets,
)
from orchestration.sources.demo.founding import found
from orchestration.sources.demo.incidents import Duty
from orchestration.sources.demo.issues import Tracker
from orchestration.sources.demo.organisation import Organisation, Repository
from orchestration.sources.demo.planted import Occurrence, Planted
from orchestration.sources.demo.rotations import Rotations
from orchestration.sources.write import Landing

__all__ = ["AS_OF", "DemoSummary", "write_demo"]

AS_OF = datetime(2026, 10, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was written. ``counts``: records by "<source>.<stream>", all extracts."""

    folder: Path
    counts: dict[str, int]
    extracts: tuple[str, ...]
    planted: tuple[Occurrence, ...]
    bytes_written: int
    seconds: float


def write_demo(
    landing: Path,
    *,
    seed: int = 7,
    people: int = 320,
    quarters: int = 6,
    as_of: datetime = AS_OF,
    log: Callable[[str], None] = lambda message: None,
) -> DemoSummary:
    """Write the demo organisation's extracts below ``landing``.

    The same arguments write the same bytes; a file that is there already and is the
    same is left alone. The period is ``quarters`` full quarters before ``as_of`` and
    the days until ``as_of``. Raises ValueError below 40 people or one quarter, and
    for an ``as_of`` without zone.
    """
    started = time.monotonic()
    period = period_of(as_of, quarters)
    planted = Planted()
    organisation = found(seed, people, period, planted)
    leave.burden(organisation, planted)
    leave.mistype(organisation, planted)
    dependencies.connect(organisation, planted)
    aim(organisation, planted)
    rotations = Rotations(organisation)
    visits = extracts(period)
    out = Landing(landing)
    total = len(organisation.repositories)
    for place, repository in enumerate(organisation.repositories, start=1):
        history = Replay(organisation, repository, rotations, planted).run()
        duty = Duty(organisation, repository, rotations, planted)
        incidents = list(duty.incidents(history.troubles))
        runs = list(Checks(organisation, repository, planted).runs(history))
        issues = list(Tracker(organisation, repository, planted).issues(history.troubles))
        for visit in visits:
            write_repository(out, visit, repository, history)
            write_incidents(out, visit, incidents)
            write_checks(out, visit, repository, runs)
            write_issues(out, visit, repository, issues, history, planted)
        if place % 20 == 0 or place == total:
            log(f"demo: {place} of {total} repositories")
    tickets = list(support.tickets(organisation, rotations))
    for visit in visits:
        write_tickets(out, visit, tickets)
        write_duty(out, visit, organisation, rotations, planted)
    for visit in (visits[0], visits[-1]) if len(visits) > 1 else visits:
        write_people(out, visit, organisation)
    size = out.publish()
    return DemoSummary(
        folder=landing,
        counts=out.counts(),
        extracts=tuple(visit.folder for visit in visits),
        planted=planted.found(),
        bytes_written=size,
        seconds=time.monotonic() - started,
    )


def aim(organisation: Organisation, planted: Planted) -> None:
    """Choose the repositories in which the planted events happen, and from when."""
    period: Period = organisation.period
    busy = sorted(
        (
            r
            for r in organisation.repositories
            if len(r.services) == 1
            and r.services[0].pagerduty_id
            and not r.services[0].traits
            and r.services[0].owner(period.end - 1)
        ),
        key=lambda r: (-_work(organisation, r), r.number),
    )
    wishes = (
        ("deployed_before_merge", 0.35),
        ("two_deployments_in_one_second", 0.25),
        ("rollback_to_first", 0.3),
        ("revert_of_a_revert", 0.1),
        ("failed_commits_carried", 0.2),
    )
    for (name, share), repository in zip(wishes, busy, strict=False):
        if planted.planned(name):
            repository.targets[name] = instant("UTC", period.day(share), 0)
    busy[0].merge_method = "merge"
    at = instant("UTC", period.day(0.5) + 2, 13 * 3_600 + 420)
    for place, repository in enumerate(busy[5:7]):
        if planted.planned("incident_over_two_services"):
            repository.targets["incident_over_two_services"] = at + 75 * place
    for place, repository in enumerate(busy[:: max(1, len(busy) // 6)]):
        if planted.planned("open_incidents"):
            hours = 3 + 17 * place
            repository.targets["open_incidents"] = period.as_of - hours * 3_600


def _work(organisation: Organisation, repository: Repository) -> float:
    """How many people's time a repository takes at the start."""
    period, service = organisation.period, repository.services[0]
    team = service.keeper(period.start).team
    load = organisation.load(team, period.start) or 1.0
    return service.weight / load * len(team.members(period.start))
