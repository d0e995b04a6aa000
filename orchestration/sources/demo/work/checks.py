"""Automated checks of changes: one run per pushed head, some on the default branch.

About five runs in a hundred are flaky: they fail, and pass on the same commit when
somebody starts them again. The first attempt keeps its record.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from orchestration.sources.demo.work.changes import around
from orchestration.sources.demo.work.history import History, WorkflowRun
from orchestration.sources.demo.world.calendar import MINUTE
from orchestration.sources.demo.world.organisation import Account, Organisation, Repository

RUN_IDS = (12_000_000_000, 1_000_000)
# Repositories whose checks run again once a change is merged.
SHARE_ON_MAIN = 0.4
FLAKY = (0.03, 0.08)


class Checks:
    """The checks of one repository."""

    def __init__(self, organisation: Organisation, repository: Repository) -> None:
        self._as_of = organisation.period.as_of
        self._repository = repository
        self._rng = random.Random(f"{organisation.seed}/checks/{repository.full_name}")
        self._flaky = self._rng.uniform(*FLAKY)
        self._median = self._rng.uniform(3, 14) * MINUTE
        self._on_main = self._rng.random() < SHARE_ON_MAIN
        self._count = 0

    def runs(self, history: History) -> Iterator[WorkflowRun]:
        """All attempts that had started by the end, change by change."""
        for pull in history.pulls:
            heads = [
                (max(pull.created_at, commit.committed_at), commit.sha) for commit in pull.commits
            ]
            # A head that failed is mended by the next commit.
            if len(heads) > 1 and heads[-2][0] < heads[-1][0] and self._rng.random() < 0.3:
                at, sha = heads[-2]
                yield from self._run(at, "pull_request", sha, pull.branch, pull.account, "failure")
            at, sha = heads[-1]
            yield from self._run(at, "pull_request", sha, pull.branch, pull.account)
            if pull.merged_at is not None and self._on_main and pull.merged_by:
                at, sha = pull.merged_at, pull.merge_sha
                yield from self._run(at, "push", sha, "main", pull.merged_by)

    def _run(
        self, at: int, event: str, sha: str, branch: str, account: Account, fate: str = ""
    ) -> Iterator[WorkflowRun]:
        rng = self._rng
        self._count += 1
        first, width = RUN_IDS
        run_id = first + self._repository.number * width + self._count
        conclusions = [fate or self._fate()]
        if not fate and rng.random() < self._flaky:
            conclusions = ["failure", "success"]
            if rng.random() < 0.1:
                conclusions.insert(1, "failure")
        created = started = at + rng.randrange(2, 40)
        for attempt, conclusion in enumerate(conclusions, start=1):
            ended = started + 20 + around(rng, self._median, 0.4)
            if started > self._as_of:
                return
            yield WorkflowRun(
                run_id, attempt, event, sha, branch, account, created, started, ended, conclusion
            )
            started = ended + around(rng, 12 * MINUTE, 0.9)

    def _fate(self) -> str:
        return self._rng.choices(("success", "failure", "cancelled"), (964, 20, 16))[0]
