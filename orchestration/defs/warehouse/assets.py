"""The dbt project as assets: every model, seed and test, built by one `dbt build`."""

from dagster import AssetExecutionContext, Definitions, Output, definitions
from dagster_dbt import DbtCliResource, dbt_assets

from orchestration.defs.resources import WorkspaceResource
from orchestration.defs.warehouse.translator import FairleadTranslator
from orchestration.progress import say
from orchestration.warehouse.connection import wait_until_free
from orchestration.warehouse.dbt import build_arguments, ensure_manifest, policy_version


@dbt_assets(manifest=ensure_manifest(), dagster_dbt_translator=FairleadTranslator())
def warehouse(context: AssetExecutionContext, dbt: DbtCliResource, workspace: WorkspaceResource):
    folders = workspace.open()
    for file in (folders.warehouse, folders.reporting):
        wait_until_free(file)
    invocation = dbt.cli(
        build_arguments(folders.resolved_as_of(), workspace.known_at(), policy_version()),
        context=context,
        target_path=folders.dbt_target.resolve(),
    )
    n_expected = len(context.selected_asset_keys)
    n_built = 0
    for event in invocation.stream():
        if isinstance(event, Output):
            n_built += 1
            if n_built % 10 == 0 or n_built == n_expected:
                say(f"dbt: {n_built} of {n_expected} tables built and tested")
        yield event


@definitions
def defs() -> Definitions:
    return Definitions(assets=[warehouse])
