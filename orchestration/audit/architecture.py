"""The architecture rules as a check of the run: they must hold before anything is built."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from orchestration.audit.checks import CRITICAL, FAILED, PASSED, Check, write_checks
from quality.architecture import RULES

KIND = "architecture rule"
_NAMED = 5


class ArchitectureError(Exception):
    """A rule does not hold; the message names each violation."""


def check_architecture(manifest: dict[str, Any]) -> tuple[list[Check], list[str]]:
    """(one check per rule, one sentence per violation)."""
    checks: list[Check] = []
    violations: list[str] = []
    for rule in RULES:
        started = time.monotonic()
        found = rule(manifest)
        violations.extend(f"{rule.__name__}: {violation}" for violation in found)
        checks.append(
            Check(
                kind=KIND,
                name=rule.__name__,
                subject="dbt project",
                severity=CRITICAL,
                outcome=FAILED if found else PASSED,
                n_failures=len(found),
                seconds=round(time.monotonic() - started, 3),
                explanation=_explanation(rule.__doc__ or "", found),
            )
        )
    return checks, violations


def _explanation(meaning: str, violations: list[str]) -> str:
    """What is violated, by name, then what the rule is for."""
    named = [f"{violation}." for violation in violations[:_NAMED]]
    if len(violations) > _NAMED:
        named.append(f"And {len(violations) - _NAMED} more.")
    return " ".join((*named, *meaning.split()))


def require_architecture(home: Path, run_id: str, manifest: dict[str, Any]) -> None:
    """Record the rules' results; raises ArchitectureError where one does not hold."""
    checks, violations = check_architecture(manifest)
    write_checks(home, run_id, "architecture", checks)
    if violations:
        raise ArchitectureError("; ".join(violations))
