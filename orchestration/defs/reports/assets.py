"""The sites: one per audience, from the newest release."""

import time

from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    Definitions,
    MaterializeResult,
    asset,
    definitions,
)

from orchestration.defs.metadata import made
from orchestration.defs.release.assets import release
from orchestration.defs.resources import WorkspaceResource
from orchestration.defs.retries import retried
from orchestration.progress import say
from orchestration.release.manifest import releases_in
from orchestration.release.write import AUDIENCES, ReleaseError
from orchestration.reports.places import TOOLS
from orchestration.reports.publish import publish_site
from orchestration.reports.shell import build_shell


def site_asset(audience: str) -> AssetsDefinition:
    @asset(
        name=f"site_{audience}",
        deps=[release],
        group_name="reports",
        description=f"The site that {audience} reads.",
        kinds={"evidence"},
    )
    def site(context: AssetExecutionContext, workspace: WorkspaceResource) -> MaterializeResult:
        started = time.monotonic()
        folders = workspace.open()
        found = releases_in(folders.releases)
        if not found:
            raise ReleaseError("there is no release to publish; run the whole job")
        with retried():
            shell = build_shell(audience, TOOLS / "shells", log=say)
        folder = publish_site(audience, found[-1], folders.sites, shell, log=say)
        return MaterializeResult(
            metadata={
                "release": found[-1].name,
                "folder": str(folder),
                **made(folders, started),
            }
        )

    return site


@definitions
def defs() -> Definitions:
    return Definitions(assets=[site_asset(audience) for audience in AUDIENCES])
