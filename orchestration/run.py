"""The main job on the terminal: skipped when nothing changed, and it says where all is."""

from __future__ import annotations

import json
import os
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from orchestration.inputs import run_fingerprint
from orchestration.progress import say
from orchestration.workspace import Workspace

_RECORD = "run.json"
_LOG = "run.log"


class RunFailed(Exception):
    """The job stopped; the message says at which step and what to do next."""


@dataclass(frozen=True)
class RunOutcome:
    """`changed` is False when an earlier run already made everything from these inputs."""

    changed: bool
    release: Path
    sites: list[Path]


def run(workspace: Workspace) -> RunOutcome:
    """Load, build, check, release and publish. Raises RunFailed."""
    workspace.prepare()
    workspace.resolved_as_of()
    fingerprint = run_fingerprint(workspace)
    earlier = _finished_outcome(workspace, fingerprint)
    if earlier:
        return earlier
    (workspace.home / _RECORD).unlink(missing_ok=True)
    os.environ.update(workspace.to_environment())
    _execute(workspace)
    outcome = _outcome(workspace, changed=True)
    _record(workspace, fingerprint, outcome)
    return outcome


def _execute(workspace: Workspace) -> None:
    say("reading the project")
    # Imported late: these take seconds, and a run without changes needs none of them.
    from dagster import DagsterInstance

    from orchestration.definitions import defs

    job = defs().resolve_job_def("publish")
    log = workspace.home / _LOG
    with (
        DagsterInstance.get() as instance,
        log.open("w") as log_file,
        redirect_stdout(log_file),  # dbt prints a line per model and test
    ):
        say(f"loading extracts from {workspace.landing} (log: {log})")
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    if not result.success:
        raise RunFailed(_failure_message(workspace, result))


def _failure_message(workspace: Workspace, result) -> str:
    from orchestration.warehouse.results import read_results

    failures = [event for event in result.all_events if event.is_step_failure]
    step = failures[0].step_key if failures else "the job"
    if step == "warehouse":
        results = read_results(workspace.dbt_target)
        failed = results.failed if results else []
        listed = "".join(f"\n  {name}" for name in failed[:20])
        return (
            f"dbt stopped the publication. Failed:{listed or ' (no results were written)'}"
            f"\nDetails: {workspace.dbt_target / 'dbt.log'}"
            "\nWhat was published before is unchanged. Mend the cause and run again."
        )
    error = failures[0].event_specific_data.error if failures else None
    cause = error.cause if error and error.cause else error
    message = cause.message.strip() if cause else "no cause was reported"
    return f"{step} failed: {message}\nMend the cause and run again."


def _finished_outcome(workspace: Workspace, fingerprint: str) -> RunOutcome | None:
    file = workspace.home / _RECORD
    if not file.exists():
        return None
    record = json.loads(file.read_text())
    if record["fingerprint"] != fingerprint:
        return None
    outcome = _outcome(workspace, changed=False)
    whole = outcome.release.name == record["release"] and outcome.sites
    return outcome if whole else None


def _outcome(workspace: Workspace, changed: bool) -> RunOutcome:
    from orchestration.release.manifest import releases_in

    releases = releases_in(workspace.releases)
    return RunOutcome(
        changed=changed,
        release=releases[-1] if releases else workspace.releases,
        sites=sorted(
            site
            for site in workspace.sites.iterdir()
            if (site / "index.html").exists() and not site.name.startswith(".")
        ),
    )


def _record(workspace: Workspace, fingerprint: str, outcome: RunOutcome) -> None:
    file = workspace.home / _RECORD
    aside = file.with_suffix(".writing")
    aside.write_text(json.dumps({"fingerprint": fingerprint, "release": outcome.release.name}))
    aside.rename(file)
