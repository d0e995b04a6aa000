"""What Dagster shows on every asset that is made, besides its own figures."""

import time

from dagster import MetadataValue
from dagster._core.definitions.metadata import PathMetadataValue

from orchestration.workspace import Workspace


def data_docs(folders: Workspace) -> dict[str, PathMetadataValue]:
    """Where the results of Great Expectations can be read."""
    return {"Data Docs": MetadataValue.path(str(folders.data_docs / "index.html"))}


def made(folders: Workspace, started: float) -> dict[str, float | PathMetadataValue]:
    """How long it took since `started` (a time.monotonic()), and where its checks are."""
    return {"seconds": round(time.monotonic() - started, 2), **data_docs(folders)}
