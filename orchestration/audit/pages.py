"""The queries of every page as a check of the run: they must work on what is published."""

from __future__ import annotations

import time
from pathlib import Path

from orchestration.audit.checks import CRITICAL, FAILED, PASSED, Check, write_checks
from orchestration.reports.page_sql import check_pages

KIND = "page query"


def verify_pages(home: Path, run_id: str, audiences: tuple[str, ...], folder: Path) -> list[str]:
    """Run the queries of all pages of these audiences on the files in `folder`.

    Records one check per audience, and per query that does not work; returns the latter as
    sentences.
    """
    checks, wrong = [], []
    for audience in audiences:
        started = time.monotonic()
        problems = check_pages(audience, folder)
        seconds = round(time.monotonic() - started, 3)
        checks.append(
            Check(
                kind=KIND,
                name=f"{audience}_pages",
                subject=f"{audience} site",
                severity=CRITICAL,
                outcome=FAILED if problems else PASSED,
                n_failures=len(problems),
                seconds=seconds,
                explanation="every query of every page runs on what is published",
            )
        )
        for problem in problems:
            checks.append(
                Check(
                    kind=KIND,
                    name=problem.query,
                    subject=problem.page,
                    severity=CRITICAL,
                    outcome=FAILED,
                    n_failures=None,
                    seconds=0.0,
                    explanation="the query of this page does not run on what is published",
                )
            )
            wrong.append(f"page query {problem.query} of {problem.page} does not run")
    write_checks(home, run_id, "pages", checks)
    return wrong
