"""What a suite came to, and how it is kept: counts and outcomes, never a value."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from quality.checks import Severity, SuiteName

Outcome = Literal["passed", "failed", "not_applicable"]

FOLDER = "results"
KEPT_RUNS = 200
_ASIDE = ".writing"
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class ExpectationResult:
    """One check. n_rows_checked and n_unexpected are None where they are not counted; they
    count what the description speaks of: rows, keys, lines, extracts, columns."""

    table: str
    column: str | None
    expectation: str
    description: str
    severity: Severity
    outcome: Outcome
    n_rows_checked: int | None
    n_unexpected: int | None
    seconds: float


@dataclass(frozen=True)
class SuiteResult:
    """All checks of a suite in one run. checked_at: UTC. seconds: of the whole suite."""

    suite: SuiteName
    run_id: str
    checked_at: str
    seconds: float
    results: tuple[ExpectationResult, ...]

    @property
    def blocking(self) -> list[ExpectationResult]:
        """Failed checks that stop what comes after."""
        return [one for one in self.failed if one.severity == "critical"]

    @property
    def failed(self) -> list[ExpectationResult]:
        return [one for one in self.results if one.outcome == "failed"]

    def count(self, outcome: Outcome) -> int:
        return sum(one.outcome == outcome for one in self.results)


def write_results(quality: Path, result: SuiteResult) -> Path:
    """Keep a result as one line per check, whole or not at all; drop the oldest runs.

    Raises ValueError for a run id that is no plain name.
    """
    if not _RUN_ID.fullmatch(result.run_id):
        raise ValueError(f"{result.run_id!r} is no plain name for a run")
    folder = quality / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(f"*{_ASIDE}"):
        leftover.unlink()
    file = folder / f"{result.run_id}-{result.suite}.jsonl"
    aside = file.with_suffix(_ASIDE)
    common = {"run_id": result.run_id, "suite": result.suite, "checked_at": result.checked_at}
    with aside.open("w") as lines:
        for one in result.results:
            lines.write(json.dumps({**common, **asdict(one)}, ensure_ascii=False) + "\n")
        lines.flush()
        os.fsync(lines.fileno())
    aside.rename(file)
    _prune(folder)
    return file


def read_results(quality: Path) -> list[dict[str, object]]:
    """Every kept line of every run, oldest file first."""
    return [
        json.loads(line)
        for file in sorted((quality / FOLDER).glob("*.jsonl"), key=_age)
        for line in file.read_text().splitlines()
    ]


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _prune(folder: Path) -> None:
    """Keep the files of the newest runs."""
    newest: dict[str, tuple[int, str]] = {}
    for file in folder.glob("*.jsonl"):
        run_id = _run_of(file)
        newest[run_id] = max(newest.get(run_id, (0, "")), _age(file))
    kept = set(sorted(newest, key=newest.__getitem__)[-KEPT_RUNS:])
    for file in folder.glob("*.jsonl"):
        if _run_of(file) not in kept:
            file.unlink()


def _run_of(file: Path) -> str:
    return file.stem.rpartition("-")[0]


def _age(file: Path) -> tuple[int, str]:
    return file.stat().st_mtime_ns, file.name
