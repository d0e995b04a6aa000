"""The dbt project as assets: every model, seed and test, built by one `dbt build`."""

from collections.abc import Iterator
from typing import Any

from dagster import AssetExecutionContext, AssetKey, Definitions, Output, definitions
from dagster_dbt import DbtCliResource, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from orchestration.audit.architecture import require_architecture
from orchestration.audit.checks import checks_of_build, write_checks
from orchestration.defs.resources import WorkspaceResource
from orchestration.defs.retries import wait_for_databases
from orchestration.defs.warehouse.metadata import table_metadata
from orchestration.defs.warehouse.translator import FairleadTranslator
from orchestration.progress import say
from orchestration.warehouse.artifacts import RUN_RESULTS, read_manifest
from orchestration.warehouse.dbt import build_arguments
from orchestration.warehouse.project import ensure_manifest, policy_version
from orchestration.warehouse.unreleased import start_unreleased
from orchestration.workspace import Workspace

MANIFEST = ensure_manifest()


@dbt_assets(manifest=MANIFEST, dagster_dbt_translator=FairleadTranslator())
def warehouse(
    context: AssetExecutionContext, dbt: DbtCliResource, workspace: WorkspaceResource
) -> Iterator[Any]:
    folders = workspace.open()
    require_architecture(folders.home, context.run_id, read_manifest(MANIFEST.parent))
    wait_for_databases(folders)
    start_unreleased(folders, whole=len(context.selected_asset_keys) == len(warehouse.keys))
    (folders.dbt_target / RUN_RESULTS).unlink(missing_ok=True)
    invocation = dbt.cli(
        build_arguments(folders.resolved_as_of(), workspace.known_at(), policy_version()),
        context=context,
        target_path=folders.dbt_target.resolve(),
    )
    built: list[Output] = []
    failure: DagsterDbtCliRuntimeError | None = None
    try:
        for event in invocation.stream():
            # Tables wait for the end of the build: only then is their lineage known.
            if isinstance(event, Output):
                built.append(event)
                _tell(len(built), len(context.selected_asset_keys))
            else:
                yield event
    except DagsterDbtCliRuntimeError as error:
        failure = error
    found = checks_of_build(folders.dbt_target)
    if found is not None:
        write_checks(folders.home, context.run_id, "dbt", found)
    if failure:
        yield from built
        raise failure
    yield from _with_metadata(context, folders, built)


def _tell(n_built: int, n_expected: int) -> None:
    if n_built % 20 == 0 or n_built == n_expected:
        say(f"dbt: {n_built} of {n_expected} tables built and tested")


def _with_metadata(
    context: AssetExecutionContext, folders: Workspace, built: list[Output]
) -> Iterator[Output]:
    keys: dict[str, AssetKey] = {key.path[-1]: key for key in warehouse.keys}
    metadata = table_metadata(folders, keys)
    for output in built:
        key = context.asset_key_for_output(output.output_name)
        yield output.with_metadata({**output.metadata, **metadata.get(key, {})})


@definitions
def defs() -> Definitions:
    return Definitions(assets=[warehouse])
