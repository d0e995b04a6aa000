"""Writes the demo in parts that need nothing of each other, in several processes.

A part is a fixed number of repositories with all that happened in them: its files are
the same whichever process writes it, and what it held in memory goes with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from orchestration.sources.demo.planted import Occurrence, Planted
from orchestration.sources.demo.vendors import (
    github,
    gitlab,
    jira,
    opsgenie,
    pagerduty,
    people,
    support,
    surveys,
)
from orchestration.sources.demo.visits import Extract, extracts
from orchestration.sources.demo.work.checks import Checks
from orchestration.sources.demo.work.engineering import Replay
from orchestration.sources.demo.work.incidents import Duty
from orchestration.sources.demo.work.issues import Tracker
from orchestration.sources.demo.work.support import tickets
from orchestration.sources.demo.work.surveys import answers
from orchestration.sources.demo.world import dependencies, leave, truths
from orchestration.sources.demo.world.calendar import Period
from orchestration.sources.demo.world.founding import found
from orchestration.sources.demo.world.organisation import GITLAB, JIRA, Organisation, Repository
from orchestration.sources.demo.world.rotations import Rotations
from orchestration.sources.demo.world.targets import aim
from orchestration.sources.write import Landing

REPOSITORIES_PER_PART = 24
# The part of what belongs to the whole organisation: people, on-call lists, surveys.
COMMON = "part-000"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides what is written. ``names``: what is to be planted."""

    landing: Path
    seed: int
    people: int
    period: Period
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Written:
    """One part. ``counts``: records by "<source>.<stream>"."""

    part: str
    counts: dict[str, int]
    planted: tuple[Occurrence, ...]


@lru_cache(maxsize=1)
def founded(plan: Plan) -> tuple[Organisation, tuple[Occurrence, ...]]:
    """The organisation, and what was planted in it before anything happened."""
    planted = Planted(plan.names)
    organisation = found(plan.seed, plan.people, plan.period, planted)
    dependencies.connect(organisation, planted)
    truths.plant(organisation, planted)
    leave.burden(organisation, planted)
    leave.mistype(organisation, planted)
    aim(organisation, planted)
    return organisation, planted.found()


def count_parts(plan: Plan) -> int:
    """How many parts `write_parts` will yield."""
    return 1 + len(_numbers(plan))


def write_parts(plan: Plan) -> Iterator[Written]:
    """Write all parts aside; yields each as it is done, the common one last."""
    numbers = _numbers(plan)
    n_processes = min(len(numbers), _processors())
    if n_processes < 2:
        for number in numbers:
            yield _part(plan, number)
        yield _common(plan)
        return
    # Started afresh: the calling process may have threads, which a fork would not copy.
    with ProcessPoolExecutor(n_processes, get_context("spawn")) as pool:
        # It takes the longest, so it is begun first.
        common = pool.submit(_common, plan)
        yield from pool.map(_part, repeat(plan), numbers)
        yield common.result()


def _numbers(plan: Plan) -> range:
    organisation, _ = founded(plan)
    return range(1, 1 + -(-len(organisation.repositories) // REPOSITORIES_PER_PART))


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _common(plan: Plan) -> Written:
    organisation, before = founded(plan)
    planted, rotations = Planted(plan.names), Rotations(organisation)
    visits = extracts(plan.period)
    out = Landing(plan.landing, COMMON)
    asked, given = list(tickets(organisation, rotations)), list(answers(organisation))
    for visit in visits:
        support.write_tickets(out, visit, asked)
        surveys.write_answers(out, visit, given)
        pagerduty.write_duty(out, visit, organisation, rotations, planted)
        opsgenie.write_schedules(out, visit, organisation, rotations)
    for visit in (visits[0], visits[-1]) if len(visits) > 1 else visits:
        people.write_people(out, visit, organisation)
    out.close()
    return Written(COMMON, out.counts(), before + planted.found())


def _part(plan: Plan, number: int) -> Written:
    organisation, _ = founded(plan)
    planted, rotations = Planted(plan.names), Rotations(organisation)
    visits = extracts(plan.period)
    part = f"part-{number:03}"
    out = Landing(plan.landing, part)
    first = (number - 1) * REPOSITORIES_PER_PART
    for repository in organisation.repositories[first : first + REPOSITORIES_PER_PART]:
        _repository(out, visits, organisation, repository, rotations, planted)
    out.close()
    organisation.forget()
    return Written(part, out.counts(), planted.found())


def _repository(
    out: Landing,
    visits: tuple[Extract, ...],
    organisation: Organisation,
    repository: Repository,
    rotations: Rotations,
    planted: Planted,
) -> None:
    history = Replay(organisation, repository, rotations, planted).run()
    incidents = list(Duty(organisation, repository, rotations, planted).incidents(history.troubles))
    runs = list(Checks(organisation, repository).runs(history))
    issues = list(Tracker(organisation, repository).issues(history.troubles))
    for visit in visits:
        if repository.tools == GITLAB:
            gitlab.write_repository(out, visit, repository, history, runs, issues)
            opsgenie.write_incidents(out, visit, incidents)
            continue
        github.write_repository(out, visit, repository, history)
        github.write_checks(out, visit, repository, runs)
        pagerduty.write_incidents(out, visit, incidents)
        own = [] if repository.tracker == JIRA else issues
        github.write_issues(out, visit, repository, own, history, planted)
        if repository.tracker == JIRA:
            jira.write_issues(out, visit, repository, issues)
