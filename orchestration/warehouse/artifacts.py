"""What dbt writes about itself, and what DuckDB knows of the tables that were built."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.workspace import DBT_PROJECT, Workspace

# Where the project is parsed; what was built is in the home of each organisation.
PARSED = DBT_PROJECT / "target"
MANIFEST = "manifest.json"
RUN_RESULTS = "run_results.json"
PARTIAL_PARSE = "partial_parse.msgpack"


@dataclass(frozen=True)
class TableSize:
    """Rows as DuckDB counts them without a scan, and columns."""

    n_rows: int
    n_columns: int


def read_manifest(target: Path) -> dict[str, Any]:
    """The manifest in a target folder; after `dbt build` it carries the compiled SQL."""
    manifest: dict[str, Any] = json.loads((target / MANIFEST).read_text())
    return manifest


def newest_manifest(workspace: Workspace) -> dict[str, Any]:
    """The manifest of the last build, else the parsed one: the model graph is always known."""
    has_built = (workspace.dbt_target / MANIFEST).exists()
    return read_manifest(workspace.dbt_target if has_built else PARSED)


def read_run_results(target: Path) -> dict[str, Any] | None:
    """Results of the last build in a target folder, None where there are none."""
    file = target / RUN_RESULTS
    if not file.exists():
        return None
    results: dict[str, Any] = json.loads(file.read_text())
    return results


def table_sizes(workspace: Workspace) -> dict[tuple[str, str], TableSize]:
    """(schema, table) → size of everything that is built, in both files."""
    sizes = {}
    for file in workspace.databases:
        if not file.exists():
            continue
        with duckdb.connect(file, read_only=True) as connection:
            for schema, table, n_rows, n_columns in connection.execute(
                "select schema_name, table_name, estimated_size, column_count from duckdb_tables()"
            ).fetchall():
                sizes[(schema, table)] = TableSize(int(n_rows), int(n_columns))
    return sizes
