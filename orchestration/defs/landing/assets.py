"""One asset per landing stream, and two for what is recorded about them all."""

import time
from datetime import datetime

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    Config,
    Definitions,
    MaterializeResult,
    asset,
    definitions,
)

from orchestration.defs.metadata import made
from orchestration.defs.resources import WorkspaceResource
from orchestration.defs.retries import retried
from orchestration.landing import Stream, StreamLoad, load_contracts, load_stream
from orchestration.landing.catalogue import write_catalogue
from orchestration.landing.reload import Forgotten, forget
from orchestration.progress import say
from orchestration.warehouse.connection import connect
from orchestration.workspace import parse_moment

GROUP = "landing"
STREAMS = load_contracts()


def raw_key(stream: Stream) -> AssetKey:
    return AssetKey(["raw", stream.table])


class ReadAgain(Config):
    """Backfill: `again` reads files anew whose folder states a time in since <= time < until."""

    again: bool = False
    since: str = ""
    until: str = ""

    def period(self) -> tuple[datetime | None, datetime | None]:
        """UTC; an empty text is open."""
        since, until = (parse_moment(text) if text else None for text in (self.since, self.until))
        return since, until


def reload_sentence(stream: Stream, forgotten: Forgotten) -> str:
    """What is read again, for the terminal."""
    said = f"{stream.source}/{stream.name}: reading {forgotten.n_files} files again"
    if forgotten.n_files_kept:
        said += f"; {forgotten.n_files_kept} stay, for only the warehouse has what they held"
    return said


def load_metadata(load: StreamLoad) -> dict[str, int]:
    """Counts of one load; never a value of a record."""
    return {
        "dagster/row_count": load.n_rows_loaded,
        "files loaded": load.n_files_loaded,
        "files unchanged": load.n_files_unchanged,
        "files refused": len(load.problems),
        "files incomplete": len(load.gaps),
        "rows quarantined": load.n_rows_quarantined,
        "rows repeated": load.n_rows_duplicate,
        "values nulled": load.n_values_nulled,
    }


def load_sentence(load: StreamLoad) -> str:
    """What a load did, for the terminal."""
    parts = [f"{load.n_rows_loaded:,} rows from {load.n_files_loaded} new files"]
    if load.n_rows_quarantined:
        parts.append(f"{load.n_rows_quarantined:,} quarantined")
    if load.problems:
        parts.append(f"{len(load.problems)} files refused")
    if load.gaps:
        parts.append(f"{len(load.gaps)} files incomplete")
    return f"{load.source}/{load.stream}: {', '.join(parts)}"


def landing_asset(stream: Stream) -> AssetsDefinition:
    @asset(
        key=raw_key(stream),
        group_name=GROUP,
        description=f"{stream.purpose} One row per landed record.",
        kinds={"duckdb", stream.format},
        metadata={"retention": stream.retention, "kind": stream.kind},
    )
    def load(
        context: AssetExecutionContext, config: ReadAgain, workspace: WorkspaceResource
    ) -> MaterializeResult:
        started = time.monotonic()
        folders = workspace.open()
        with retried(), connect(folders.warehouse) as connection:
            if config.again:
                forgotten = forget(connection, folders.landing, stream, *config.period())
                say(reload_sentence(stream, forgotten))
            result = load_stream(connection, folders.landing, stream, log=context.log.warning)
        if result.n_files_loaded or result.problems or result.gaps:
            say(load_sentence(result))
        for problem in result.problems:
            say(f"  refused {problem.source_file}: {problem.reason}. {problem.fix}")
        for gap in result.gaps:
            say(f"  incomplete {gap.source_file}: {gap.reason}. {gap.fix}")
        return MaterializeResult(metadata={**load_metadata(result), **made(folders, started)})

    return load


@asset(
    key=["raw", "streams"],
    group_name=GROUP,
    description="The stream contracts. One row per stream.",
)
def stream_catalogue(workspace: WorkspaceResource) -> MaterializeResult:
    started = time.monotonic()
    folders = workspace.open()
    with retried(), connect(folders.warehouse) as connection:
        unknown = write_catalogue(connection, folders.landing, STREAMS, log=say)
    metadata = {"dagster/row_count": len(STREAMS), "unknown streams": len(unknown)}
    return MaterializeResult(metadata={**metadata, **made(folders, started)})


@asset(
    key=["raw", "load_report"],
    deps=[raw_key(stream) for stream in STREAMS.values()],
    group_name=GROUP,
    description="What became of each file. One row per file, kind and reason.",
)
def load_report(workspace: WorkspaceResource) -> MaterializeResult:
    started = time.monotonic()
    folders = workspace.open()
    with retried(), connect(folders.warehouse) as connection:
        n_rows = connection.table("raw.load_report").shape[0]
    return MaterializeResult(metadata={"dagster/row_count": n_rows, **made(folders, started)})


@definitions
def defs() -> Definitions:
    return Definitions(
        assets=[
            *(landing_asset(stream) for stream in STREAMS.values()),
            stream_catalogue,
            load_report,
        ]
    )
