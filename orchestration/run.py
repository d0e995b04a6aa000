"""The main job on the terminal: skipped when nothing changed, and it says where all is."""

from __future__ import annotations

import json
import os
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.failures import told
from orchestration.files import write_whole
from orchestration.inputs import run_fingerprint
from orchestration.progress import say
from orchestration.workspace import Workspace

if TYPE_CHECKING:
    from dagster import DagsterInstance, ExecuteInProcessResult

    from orchestration.landing import Stream

_RECORD = "run.json"
_LOG = "run.log"


class RunFailed(Exception):
    """The job stopped; the message says at which step and what to do next."""


@dataclass(frozen=True)
class Reload:
    """Backfill: streams whose extracts of since <= time < until (UTC; None is open) load again."""

    streams: list[Stream]
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class RunOutcome:
    """`changed` is False when an earlier run already made everything from these inputs."""

    changed: bool
    release: Path
    sites: list[Path]


def run(workspace: Workspace, reload: Reload | None = None) -> RunOutcome:
    """Load, build, check, release and publish; `reload` names what to read again.

    Raises RunFailed.
    """
    workspace.prepare()
    workspace.resolved_as_of()
    fingerprint = run_fingerprint(workspace)
    earlier = None if reload else _finished_outcome(workspace, fingerprint)
    if earlier:
        return earlier
    (workspace.home / _RECORD).unlink(missing_ok=True)
    os.environ.update(workspace.to_environment())
    _execute(workspace, reload)
    outcome = _outcome(workspace, changed=True)
    _record(workspace, fingerprint, outcome)
    return outcome


def reload_config(reload: Reload) -> dict[str, Any]:
    """Configuration of the landing steps whose files are to be read again."""
    period = {
        name: moment.isoformat()
        for name, moment in (("since", reload.since), ("until", reload.until))
        if moment
    }
    return {
        f"raw__{stream.table}": {"config": {"again": True, **period}} for stream in reload.streams
    }


def _execute(workspace: Workspace, reload: Reload | None) -> None:
    say("reading the project")
    # Imported late: these take seconds, and a run without changes needs none of them.
    from orchestration.alerts import logged_to
    from orchestration.definitions import defs
    from orchestration.history import terminal_instance
    from orchestration.warehouse.project import ManifestError, ensure_manifest

    try:
        ensure_manifest()
    except ManifestError as problem:
        raise RunFailed(f"{problem}\nNothing was run. Mend the project and run again.") from None
    definitions = defs()
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    log = workspace.home / _LOG
    with (
        terminal_instance(workspace.dagster_home) as instance,
        log.open("w") as log_file,
        redirect_stdout(log_file),  # dbt prints a line per model and test
        logged_to(log_file),  # the terminal gets a message of its own
    ):
        say(f"loading extracts from {workspace.landing} (log: {log})")
        published = definitions.resolve_job_def("publish").execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={**quiet, "ops": reload_config(reload) if reload else {}},
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

    (latest,) = recent_runs(instance, workspace.home, limit=1)
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
    """The first failed step and its error."""
    failures = [event for event in result.all_events if event.is_step_failure]
    if not failures:
        return "the job failed before its first step"
    error = failures[0].step_failure_data.error
    cause = (error.cause or error) if error else None
    if cause is None:
        return f"{failures[0].step_key} failed"
    return told(failures[0].step_key or "a step", cause.cls_name or "an error", cause.message)


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
