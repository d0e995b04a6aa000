"""Automated checks: what each came to in the end, and which were flaky."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.truth.records import CheckRun
from tests.truth.services import Services
from tests.truth.told import Told


@dataclass(frozen=True)
class Check:
    """The last attempt of a check that ended in success or failure."""

    service_id: str | None
    started_at: datetime | None
    is_failed: bool
    is_flaky: bool | None


def checks(told: Told, services: Services, as_of: datetime) -> list[Check]:
    attempts_of: dict[str, list[CheckRun]] = {}
    for run in told.check_runs:
        began_at = run.started_at or run.created_at
        if began_at is not None and began_at <= as_of:
            attempts_of.setdefault(run.run_id, []).append(run)
    found = []
    for attempts in attempts_of.values():
        *earlier, last = sorted(attempts, key=lambda run: run.attempt)
        conclusion = conclusion_at(last, as_of)
        if conclusion not in ("success", "failure"):
            continue
        row = services.named("repository", last.repository, last.started_at)
        found.append(
            Check(
                service_id=row.service_id if row else None,
                started_at=last.started_at,
                is_failed=conclusion == "failure",
                is_flaky=is_flaky(last, earlier, as_of),
            )
        )
    return found


def conclusion_at(run: CheckRun, as_of: datetime) -> str | None:
    """What ended after the as-of date was still running on it."""
    is_over = run.ended_at is not None and run.ended_at <= as_of
    return run.conclusion if is_over else None


def is_flaky(last: CheckRun, earlier: list[CheckRun], as_of: datetime) -> bool | None:
    """One that failed and then passed on one commit told nothing about the commit. An earlier
    attempt that was not collected leaves that unknown."""
    if not last.is_each_attempt_told:
        return None
    if last.attempt == 1 or conclusion_at(last, as_of) != "success":
        return False
    if any(conclusion_at(run, as_of) in ("failure", "timed_out") for run in earlier):
        return True
    return False if len(earlier) == last.attempt - 1 else None
