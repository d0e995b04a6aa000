"""The main job on the terminal: skipped when nothing changed, and it says where all is."""

from __future__ import annotations

import json
import os
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.files import write_whole
from orchestration.inputs import run_fingerprint
from orchestration.progress import say
from orchestration.workspace import Workspace

if TYPE_CHECKING:
    from dagster import DagsterInstance, ExecuteInProcessResult

_RECORD = "run.json"
_LOG = "run.log"
# Errors whose messages the project words itself, without values of records.
_OWN_ERRORS = {
    "ArchitectureError",
    "ContractError",
    "ManifestError",
    "QualityError",
    "ReleaseError",
    "ShellError",
    "SiteDataError",
    "ToolchainError",
    "WarehouseBusy",
    "WorkspaceError",
}


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

    definitions = defs()
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    log = workspace.home / _LOG
    with (
        DagsterInstance.get() as instance,
        log.open("w") as log_file,
        redirect_stdout(log_file),  # dbt prints a line per model and test
    ):
        say(f"loading extracts from {workspace.landing} (log: {log})")
        published = definitions.resolve_job_def("publish").execute_in_process(
            instance=instance, raise_on_error=False, run_config=quiet
        )
        message = "" if published.success else _failure_message(instance, workspace, published)
        # Whether it published or stopped: auditors see what was checked and what came of it.
        audited = definitions.resolve_job_def("audit").execute_in_process(
            instance=instance, raise_on_error=False, run_config=quiet
        )
    if not audited.success:
        message += f"\nThe auditors' site could not be made: {_error_of(audited)}"
    if message:
        raise RunFailed(message.strip())


def _failure_message(
    instance: DagsterInstance, workspace: Workspace, result: ExecuteInProcessResult
) -> str:
    from orchestration.audit.runs import recent_runs

    latest = recent_runs(instance, workspace.home)[0]
    stopping = [check for check in latest.checks if check.stops_publication]
    if not stopping:
        return f"{_error_of(result)}\nMend the cause and run again."
    listed = "".join(
        f"\n  {check.name} ({check.kind} on {check.subject}): {check.explanation}"
        for check in stopping[:20]
    )
    return (
        f"Publication stopped. Checks that failed:{listed}"
        f"\nDetails: {workspace.home / _LOG}"
        "\nWhat was published before is unchanged. Mend the cause and run again."
    )


def _error_of(result: ExecuteInProcessResult) -> str:
    """The failed step and its error: in full where the words are the project's own, else by
    name, for other errors can quote values."""
    failures = [event for event in result.all_events if event.is_step_failure]
    if not failures:
        return "the job failed before its first step"
    error = failures[0].step_failure_data.error
    cause = (error.cause or error) if error else None
    if cause is None:
        return f"{failures[0].step_key} failed"
    if cause.cls_name in _OWN_ERRORS:
        return f"{failures[0].step_key} failed: {cause.message.strip()}"
    return f"{failures[0].step_key} failed with {cause.cls_name}; see the log"


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
    record = {"fingerprint": fingerprint, "release": outcome.release.name}
    write_whole(workspace.home / _RECORD, json.dumps(record))
