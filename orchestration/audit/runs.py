"""The runs of the main job, as Dagster remembers them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dagster import DagsterEventType, DagsterInstance, DagsterRunStatus, RunRecord, RunsFilter

from orchestration.audit.checks import Check, read_checks, run_folder
from orchestration.audit.expectations import checks_of_expectations

JOB = "publish"
PUBLISHED, STOPPED = "published", "stopped"
_NOTE = "release.json"
_SHOWN_RUNS = 200


@dataclass(frozen=True)
class Run:
    """One run of the main job: when, what came of it, and what stopped it."""

    run_id: str
    started_at: datetime
    seconds: float | None
    outcome: str
    stopped_by: str | None
    stopped_because: str | None
    as_of: str | None
    release_id: str | None
    checks: list[Check]

    def count(self, *outcomes: str) -> int:
        return sum(check.outcome in outcomes for check in self.checks)

    def counts_by_kind(self) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for check in self.checks:
            found.setdefault(check.kind, Counter())[check.outcome] += 1
        return found


def note_release(home: Path, run_id: str, release_id: str, as_of: datetime) -> None:
    """Remember which release a run came to."""
    folder = run_folder(home, run_id)
    folder.mkdir(parents=True, exist_ok=True)
    note = {"release_id": release_id, "as_of": as_of.date().isoformat()}
    (folder / _NOTE).write_text(json.dumps(note))


def recent_runs(instance: DagsterInstance, home: Path, limit: int = _SHOWN_RUNS) -> list[Run]:
    """The newest runs first."""
    records = instance.get_run_records(RunsFilter(job_name=JOB), limit=limit)
    return [_run(instance, home, record) for record in records]


def _run(instance: DagsterInstance, home: Path, record: RunRecord) -> Run:
    run_id = record.dagster_run.run_id
    checks = [*read_checks(home, run_id), *checks_of_expectations(home, run_id)]
    published = record.dagster_run.status == DagsterRunStatus.SUCCESS
    stopped_by, because = (None, None) if published else _cause(instance, run_id, checks)
    note_file = run_folder(home, run_id) / _NOTE
    note = json.loads(note_file.read_text()) if note_file.exists() else {}
    started = record.start_time or record.create_timestamp.timestamp()
    return Run(
        run_id=run_id,
        started_at=datetime.fromtimestamp(started, UTC).replace(tzinfo=None),
        seconds=round(record.end_time - started, 1) if record.end_time else None,
        outcome=PUBLISHED if published else STOPPED,
        stopped_by=stopped_by,
        stopped_because=because,
        as_of=note.get("as_of"),
        release_id=note.get("release_id"),
        checks=checks,
    )


def _cause(instance: DagsterInstance, run_id: str, checks: list[Check]) -> tuple[str, str]:
    """Which check or step stopped a run, and why; never the text of an error, for errors can
    quote values."""
    stopping = [check for check in checks if check.stops_publication]
    if stopping:
        first, *others = stopping
        counted = "" if first.n_failures is None else f" ({first.n_failures:,} at fault)"
        meaning = first.explanation or "it did not succeed"
        more = f" ({len(others)} more checks stopped it too)" if others else ""
        return first.name, f"{first.kind} on {first.subject}{counted}: {meaning}{more}"
    failures = instance.all_logs(run_id, of_type=DagsterEventType.STEP_FAILURE)
    for entry in failures:
        event = entry.dagster_event
        if event and event.step_key:
            error = event.step_failure_data.error
            cause = (error.cause or error) if error else None
            name = cause.cls_name if cause and cause.cls_name else "an error"
            return event.step_key, f"the step ended with {name}; run.log has the details"
    return "the run", "it was ended from outside before it was complete"
