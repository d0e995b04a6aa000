"""The auditors' site: made after every run of the main job, whether it published or stopped."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    DefaultSensorStatus,
    Definitions,
    MaterializeResult,
    RunRequest,
    RunStatusSensorContext,
    asset,
    define_asset_job,
    definitions,
    in_process_executor,
    run_status_sensor,
)
from dagster import DagsterRunStatus as Status

from orchestration.audit.runs import recent_runs
from orchestration.audit.tables import AUDIENCE, write_tables
from orchestration.defs.alerts import alert_on_failure
from orchestration.defs.automation.jobs import publish
from orchestration.defs.metadata import made
from orchestration.defs.resources import WorkspaceResource
from orchestration.defs.retries import retried
from orchestration.landing import load_contracts
from orchestration.lineage.columns import Lineage, read_columns
from orchestration.lineage.openlineage import events, write_events
from orchestration.lineage.store import current_lineage
from orchestration.progress import say
from orchestration.reports.places import TOOLS
from orchestration.reports.publish import publish_site
from orchestration.reports.shell import build_shell
from orchestration.warehouse.artifacts import MANIFEST, newest_manifest
from orchestration.warehouse.docs import write_dbt_docs
from orchestration.workspace import Workspace

GROUP = "audit"


@asset(
    group_name=GROUP,
    description="Results, lineage and trails of the runs. One Parquet file per table.",
    kinds={"parquet"},
)
def audit_record(context: AssetExecutionContext, workspace: WorkspaceResource) -> MaterializeResult:
    started = time.monotonic()
    folders = workspace.open()
    runs = recent_runs(context.instance, folders.home)
    manifest = newest_manifest(folders)
    lineage = _lineage(folders)
    if runs and lineage.edges:
        _write_open_lineage(folders, manifest, lineage, runs[0].started_at)
    write_dbt_docs(folders)
    write_tables(
        folders,
        runs,
        manifest,
        lineage,
        person_keys(),
        [(name, title, link) for name, title, link, _ in beside(folders)],
    )
    return MaterializeResult(
        metadata={
            "runs": len(runs),
            "unresolved models": len(lineage.unresolved),
            **made(folders, started),
        }
    )


@asset(
    name=f"site_{AUDIENCE}",
    deps=[audit_record],
    group_name=GROUP,
    description="The site that auditors read.",
    kinds={"evidence"},
)
def site_auditors(
    context: AssetExecutionContext, workspace: WorkspaceResource
) -> MaterializeResult:
    started = time.monotonic()
    folders = workspace.open()
    with retried():
        shell = build_shell(AUDIENCE, TOOLS / "shells", log=say)
    site = publish_site(
        AUDIENCE,
        folders.audit / "published",
        folders.sites,
        shell,
        log=say,
        beside={name: folder for name, _, _, folder in beside(folders)},
    )
    return MaterializeResult(metadata={"folder": str(site), **made(folders, started)})


def person_keys() -> set[tuple[str, str]]:
    """(raw table, key) of everything that a contract marks as being about a person."""
    return {
        (stream.table, path)
        for stream in load_contracts().values()
        for path, key in stream.keys.items()
        if key.person
    }


def beside(folders: Workspace) -> list[tuple[str, str, str, Path]]:
    """(name, title, link, folder) of what stands next to the site, as far as it exists."""
    candidates = [
        ("data-docs", "Data Docs of Great Expectations", "index.html", folders.data_docs),
        ("dbt-docs", "dbt docs", "index.html", folders.audit / "dbt-docs"),
        ("lineage", "OpenLineage events", "openlineage.json", folders.audit / "lineage"),
    ]
    return [
        (name, title, f"{name}/{file}", folder)
        for name, title, file, folder in candidates
        if (folder / file).exists()
    ]


def _lineage(folders: Workspace) -> Lineage:
    """The lineage of what is built; none before the first whole build."""
    built = (*folders.databases, folders.dbt_target / MANIFEST)
    return current_lineage(folders) if all(map(Path.exists, built)) else Lineage([])


def _write_open_lineage(
    folders: Workspace, manifest: dict[str, Any], lineage: Lineage, at: datetime
) -> None:
    folder = folders.audit / "lineage"
    folder.mkdir(parents=True, exist_ok=True)
    columns = read_columns(*folders.databases)
    write_events(folder / "openlineage.json", events(lineage, manifest, columns, at))


audit = define_asset_job(
    "audit",
    selection=[AssetKey("audit_record"), AssetKey(f"site_{AUDIENCE}")],
    executor_def=in_process_executor,
    hooks={alert_on_failure},
    description="The auditors' site, from the records of the main job.",
)


@run_status_sensor(
    run_status=Status.SUCCESS,
    monitored_jobs=[publish],
    request_job=audit,
    default_status=DefaultSensorStatus.RUNNING,
    description="After a run that published: bring the auditors' site up to date.",
)
def after_success(context: RunStatusSensorContext) -> RunRequest:
    return RunRequest(run_key=context.dagster_run.run_id)


@run_status_sensor(
    run_status=Status.FAILURE,
    monitored_jobs=[publish],
    request_job=audit,
    default_status=DefaultSensorStatus.RUNNING,
    description="After a run that stopped: say on the auditors' site what stopped it.",
)
def after_failure(context: RunStatusSensorContext) -> RunRequest:
    return RunRequest(run_key=context.dagster_run.run_id)


@definitions
def defs() -> Definitions:
    return Definitions(
        assets=[audit_record, site_auditors],
        jobs=[audit],
        sensors=[after_success, after_failure],
    )
