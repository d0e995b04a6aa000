"""The queries of every page as a check of the run: they must work on what is published."""

from __future__ import annotations

import time
from pathlib import Path

from orchestration.audit.checks import CRITICAL, FAILED, PASSED, Check, write_checks
from orchestration.audit.reasons import reason
from orchestration.reports.page_sql import Problem, check_pages

KIND = "page query"


def verify_pages(home: Path, run_id: str, audiences: tuple[str, ...], folder: Path) -> list[str]:
    """Run the queries of all pages of these audiences on the files in `folder`.

    Records one check per query that does not work, and one per audience whose pages all do;
    returns the former as sentences.
    """
    checks, wrong = [], []
    for audience in audiences:
        started = time.monotonic()
        problems = check_pages(audience, folder)
        seconds = round(time.monotonic() - started, 3)
        for problem in problems:
            print(problem)  # whole, in the run's log only
            checks.append(_failed(problem, seconds))
            wrong.append(f"page query {problem.query} of {problem.page} does not run")
        if not problems:
            checks.append(_passed(audience, seconds))
    write_checks(home, run_id, "pages", checks)
    return wrong


def _failed(problem: Problem, seconds: float) -> Check:
    why = reason(problem.error) if problem.may_quote else problem.error
    return Check(
        kind=KIND,
        name=problem.query,
        subject=problem.page,
        severity=CRITICAL,
        outcome=FAILED,
        n_failures=None,
        seconds=seconds,
        explanation=f"{why}. The query of this page does not run on what is published.",
    )


def _passed(audience: str, seconds: float) -> Check:
    return Check(
        kind=KIND,
        name=f"{audience}_pages",
        subject=f"{audience} site",
        severity=CRITICAL,
        outcome=PASSED,
        n_failures=0,
        seconds=seconds,
        explanation="every query of every page runs on what is published",
    )
