"""The release: what is published becomes an immutable folder."""

import time

from dagster import (
    AssetExecutionContext,
    Definitions,
    MaterializeResult,
    asset,
    definitions,
)

from orchestration.audit.checks import ERROR, FAILED, PASSED, Check, checks_of_build
from orchestration.audit.pages import verify_pages
from orchestration.audit.runs import note_release
from orchestration.defs.metadata import made
from orchestration.defs.resources import WorkspaceResource
from orchestration.defs.retries import retried
from orchestration.defs.warehouse.assets import warehouse
from orchestration.progress import say
from orchestration.release.write import AUDIENCES, ReleaseError, ReleaseSource, write_release
from orchestration.warehouse.connection import wait_until_free
from orchestration.warehouse.project import policy_version
from orchestration.warehouse.unreleased import put_in_place

PUBLISHED = [key for key in warehouse.keys if key.path[-1].startswith("pub_")]


@asset(
    deps=PUBLISHED,
    group_name="release",
    description="The published tables as Parquet with a manifest, chained to the last.",
    kinds={"parquet"},
)
def release(context: AssetExecutionContext, workspace: WorkspaceResource) -> MaterializeResult:
    started = time.monotonic()
    folders = workspace.open()
    checks = checks_of_build(folders.dbt_target)
    if checks is None or any(check.outcome in (FAILED, ERROR) for check in checks):
        raise ReleaseError("the last build did not pass its checks; build the warehouse again")
    with retried():
        wait_until_free(folders.to_publish)
    written = write_release(
        folders.releases,
        ReleaseSource(
            tables=folders.to_publish,
            as_of=folders.resolved_as_of(),
            known_at=workspace.known_at(),
            policy_version=policy_version(),
            checks={"dbt tests passed": sum(_is_passed_test(check) for check in checks)},
        ),
        verify=lambda files: verify_pages(folders.home, context.run_id, AUDIENCES, files),
    )
    put_in_place(folders)
    note_release(
        folders.home, context.run_id, written.manifest.release_id, folders.resolved_as_of()
    )
    word = "wrote" if written.is_new else "nothing new to release; kept"
    say(f"{word} release {written.manifest.release_id}")
    return MaterializeResult(
        metadata={
            "release": written.manifest.release_id,
            "is new": written.is_new,
            "files": len(written.manifest.files),
            "folder": str(written.folder),
            **made(folders, started),
        }
    )


def _is_passed_test(check: Check) -> bool:
    return check.kind == "dbt test" and check.outcome == PASSED


@definitions
def defs() -> Definitions:
    return Definitions(assets=[release])
