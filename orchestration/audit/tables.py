"""What auditors read: the results, the lineage and the trails, as one Parquet file per table.

Nothing here is about a person: checks carry counts, and exact numbers of rows are given to
two digits only.
"""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from orchestration.audit.checks import ERROR, FAILED, NOT_APPLICABLE, PASSED, SKIPPED
from orchestration.audit.runs import Run
from orchestration.landing import load_contracts
from orchestration.landing.allow_list import refused_names
from orchestration.lineage.columns import Lineage
from orchestration.release.manifest import chain_problems, read_manifest, releases_in
from orchestration.warehouse.artifacts import TableSize, table_sizes
from orchestration.workspace import Workspace
from quality.architecture import BEHIND_THE_GATE

AUDIENCE = "auditors"
LAYERS = (
    "raw",
    "seeds",
    "staging",
    "intermediate",
    "core",
    "metrics",
    "cohorts",
    "scoped",
    "audit",
    "published",
)
SCHEMAS = {
    "runs": "run_id varchar, position integer, started_at timestamp, outcome varchar, "
    "stopped_by varchar, stopped_because varchar, as_of date, release_id varchar, "
    "n_checks integer, n_failed integer, n_not_applicable integer, seconds double",
    "checks": "position integer, kind varchar, name varchar, subject varchar, "
    "severity varchar, outcome varchar, n_failures bigint, seconds double, "
    "explanation varchar",
    "check_history": "run_id varchar, started_at timestamp, kind varchar, "
    "n_passed integer, n_failed integer, n_skipped integer, n_not_applicable integer",
    "models": "name varchar, layer varchar, position integer, model_group varchar, "
    "access varchar, description varchar, n_rows varchar, n_columns integer, "
    "seconds double",
    "model_edges": "parent varchar, child varchar",
    "column_edges": "child varchar, child_column varchar, parent varchar, parent_column varchar",
    "column_origins": "model varchar, column_name varchar, raw_table varchar, "
    "raw_key varchar, is_person_key boolean, passes_gate boolean",
    "unresolved": "model varchar, reason varchar",
    "streams": "source varchar, stream varchar, purpose varchar, kind varchar, "
    "retention varchar, status varchar, n_files integer, n_rows varchar, "
    "newest_extract date",
    "stream_issues": "source varchar, stream varchar, kind varchar, reason varchar, "
    "field varchar, n_rows bigint",
    "collected": "source varchar, stream varchar, key varchar, type varchar, "
    "is_required boolean, is_about_a_person boolean, why varchar",
    "refused": "kind varchar, names varchar",
    "gate": "page_family varchar, cohort_family varchar, decision varchar, n_cells bigint",
    "releases": "release_id varchar, sequence integer, as_of date, policy_version varchar, "
    "git_commit varchar, previous_release_id varchar, n_files integer, n_rows bigint, "
    "problem varchar",
    "beside": "name varchar, title varchar, link varchar",
}

Row = Sequence[object]


def write_tables(
    workspace: Workspace,
    runs: list[Run],
    manifest: dict[str, Any],
    lineage: Lineage,
    person_keys: set[tuple[str, str]],
    beside: list[Row],
) -> Path:
    """Write all tables of SCHEMAS; return the folder that a site can be published from.

    person_keys: (raw table, key) pairs that contracts mark as being about a person. beside:
    (name, title, link) of what stands next to the site.
    """
    rows: dict[str, list[Row]] = {
        "runs": list(_runs(runs)),
        "checks": list(_checks(runs[:1])),
        "check_history": list(_history(runs)),
        "models": list(_models(manifest, table_sizes(workspace), runs[:1])),
        "model_edges": list(_model_edges(manifest)),
        "column_edges": [
            (edge.child, edge.child_column, edge.parent, edge.parent_column)
            for edge in lineage.edges
        ],
        "column_origins": list(_origins(manifest, lineage, person_keys)),
        "unresolved": [(name, why) for name, why in sorted(lineage.unresolved.items())],
        "releases": list(_releases(workspace.releases)),
        "beside": beside,
        "collected": list(_collected()),
        "refused": [(kind, ", ".join(names)) for kind, names in refused_names().items()],
        **_from_warehouse(workspace.warehouse),
    }
    folder = workspace.audit / "published"
    aside = workspace.audit / f".writing-{os.getpid()}"
    shutil.rmtree(aside, ignore_errors=True)
    (aside / AUDIENCE).mkdir(parents=True)
    with duckdb.connect() as connection:
        for table, schema in SCHEMAS.items():
            _write(connection, table, schema, rows.get(table, []), aside / AUDIENCE)
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    return folder


def two_digits(count: int) -> str:
    """A number of rows that says nothing exact about a small group."""
    if count == 0:
        return "0"
    if count < 10:
        return "under 10"
    step = 10 ** (math.floor(math.log10(count)) - 1)
    return f"{round(count / step) * step:,}"


def _write(
    connection: duckdb.DuckDBPyConnection, table: str, schema: str, rows: list[Row], folder: Path
) -> None:
    connection.execute(f"create table {table} ({schema})")
    if rows:
        names = [part.split()[0] for part in schema.split(", ")]
        frame = pd.DataFrame(list(rows), columns=names, dtype="object")
        connection.register("frame", frame)
        connection.execute(f"insert into {table} by name select * from frame")
        connection.unregister("frame")
    file = str(folder / f"{table}.parquet").replace("'", "''")
    connection.execute(f"copy {table} to '{file}' (format parquet, compression zstd)")


def _runs(runs: list[Run]) -> Iterator[Row]:
    for position, run in enumerate(runs, start=1):
        yield (
            run.run_id,
            position,
            run.started_at,
            run.outcome,
            run.stopped_by,
            run.stopped_because,
            run.as_of,
            run.release_id,
            len(run.checks),
            run.count(FAILED, ERROR),
            run.count(NOT_APPLICABLE),
            run.seconds,
        )


def _checks(runs: list[Run]) -> Iterator[Row]:
    for run in runs:
        for position, check in enumerate(run.checks, start=1):
            yield (
                position,
                check.kind,
                check.name,
                check.subject,
                check.severity,
                check.outcome,
                check.n_failures,
                check.seconds,
                check.explanation,
            )


def _history(runs: list[Run]) -> Iterator[Row]:
    for run in runs:
        for kind, counts in sorted(run.counts_by_kind().items()):
            yield (
                run.run_id,
                run.started_at,
                kind,
                counts[PASSED],
                counts[FAILED] + counts[ERROR],
                counts[SKIPPED],
                counts[NOT_APPLICABLE],
            )


def _models(
    manifest: dict[str, Any], sizes: dict[tuple[str, str], TableSize], runs: list[Run]
) -> Iterator[Row]:
    seconds = {
        check.name: check.seconds
        for run in runs
        for check in run.checks
        if check.kind == "dbt model"
    }
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model":
            continue
        layer = node["fqn"][1]
        size = sizes.get((node["schema"], node["alias"]))
        yield (
            node["name"],
            layer,
            LAYERS.index(layer) if layer in LAYERS else len(LAYERS),
            node["config"].get("group"),
            node["config"].get("access"),
            node["description"],
            two_digits(size.n_rows) if size else "not built",
            size.n_columns if size else 0,
            seconds.get(node["name"]),
        )


def _model_edges(manifest: dict[str, Any]) -> Iterator[Row]:
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model":
            continue
        for parent in node["depends_on"]["nodes"]:
            if parent.startswith("source."):
                yield f"raw.{manifest['sources'][parent]['identifier']}", node["name"]
            else:
                yield manifest["nodes"][parent]["name"], node["name"]


def _origins(
    manifest: dict[str, Any], lineage: Lineage, person_keys: set[tuple[str, str]]
) -> Iterator[Row]:
    published = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][1] == "published"
    }
    columns = sorted({(e.child, e.child_column) for e in lineage.edges if e.child in published})
    for model, column in columns:
        upstream = lineage.ancestors(model, column, stop=set())
        before_the_gate = lineage.ancestors(model, column, stop=BEHIND_THE_GATE)
        for name, key in sorted(upstream):
            if name.startswith("raw."):
                table = name.removeprefix("raw.")
                yield (
                    model,
                    column,
                    table,
                    key,
                    (table, key) in person_keys,
                    (name, key) not in before_the_gate,
                )


def _collected() -> Iterator[Row]:
    for stream in load_contracts().values():
        for path, key in stream.keys.items():
            about = (key.type, key.required, key.person, key.why)
            yield (stream.source, stream.name, path, *about)


def _releases(folder: Path) -> Iterator[Row]:
    problems = chain_problems(folder) if folder.exists() else []
    for release in releases_in(folder) if folder.exists() else []:
        manifest = read_manifest(release)
        own = [problem for problem in problems if problem.startswith(f"{release.name}:")]
        yield (
            manifest.release_id,
            manifest.sequence,
            manifest.as_of[:10],
            manifest.policy_version,
            manifest.git_commit,
            manifest.previous_release_id,
            len(manifest.files),
            sum(file.n_rows for file in manifest.files),
            "; ".join(own) or None,
        )


def _from_warehouse(file: Path) -> dict[str, list[Row]]:
    """Streams, their issues and the gate's decisions, as far as the last run came."""
    found: dict[str, list[Row]] = {"streams": [], "stream_issues": [], "gate": []}
    if not file.exists():
        return found
    with duckdb.connect(file, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        tables = {
            f"{schema}.{table}"
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables()"
            ).fetchall()
        }
        if {"raw.streams", "raw.load_report"} <= tables:
            found["streams"] = [
                (*row[:5], "loaded" if row[6] else "no data", row[5], two_digits(row[6]), row[7])
                for row in connection.execute(_STREAMS).fetchall()
            ]
            found["stream_issues"] = list(connection.execute(_ISSUES).fetchall())
        if {"cohorts.coh_gate", "cohorts.coh_cells"} <= tables:
            found["gate"] = list(connection.execute(_GATE).fetchall())
    return found


_STREAMS = """
    select
        streams.source, streams.stream, streams.purpose, streams.kind, streams.retention,
        cast(count(load_report.source_file) as integer) as n_files,
        cast(coalesce(sum(load_report.n_rows), 0) as bigint) as n_rows,
        cast(max(load_report.extracted_at) as date) as newest_extract
    from raw.streams
    left join raw.load_report
        on streams.source = load_report.source
        and streams.stream = load_report.stream
        and load_report.kind = 'loaded'
    group by all
    order by all
"""
_ISSUES = """
    select source, stream, kind, reason, field, cast(sum(n_rows) as bigint) as n_rows
    from raw.load_report
    where kind != 'loaded'
    group by all
    order by all
"""
_GATE = """
    select cells.page_family, cells.cohort_family, gate.decision, count(*) as n_cells
    from cohorts.coh_gate as gate
    inner join cohorts.coh_cells as cells on gate.cell_id = cells.cell_id
    group by all
    order by all
"""
