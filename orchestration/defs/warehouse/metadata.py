"""What Dagster shows of each table: rows, columns and where each column comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import duckdb
from dagster import AssetKey, TableColumnDep, TableColumnLineage

from orchestration.lineage.columns import Lineage, load_manifest
from orchestration.lineage.store import current_lineage
from orchestration.workspace import Workspace


def table_metadata(
    workspace: Workspace, keys: Mapping[str, AssetKey]
) -> dict[AssetKey, dict[str, Any]]:
    """Metadata by asset of the tables that exist; `keys` maps dbt's names to assets."""
    lineage = current_lineage(workspace)
    counts = _row_counts(workspace)
    return {
        key: {
            **({"dagster/row_count": counts[name]} if name in counts else {}),
            "dagster/column_lineage": _column_lineage(name, lineage, keys),
        }
        for name, key in keys.items()
    }


def _row_counts(workspace: Workspace) -> dict[str, int]:
    """Rows by dbt's name; one look at DuckDB's own bookkeeping per file."""
    manifest = load_manifest(workspace.dbt_target)
    names = {
        (node["schema"], node["alias"]): node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    counts = {}
    for file in (workspace.warehouse, workspace.reporting):
        with duckdb.connect(file, read_only=True) as connection:
            tables = connection.execute(
                "select schema_name, table_name, estimated_size from duckdb_tables()"
            ).fetchall()
        for schema, table, n_rows in tables:
            if (schema, table) in names:
                counts[names[(schema, table)]] = int(n_rows)
    return counts


def _column_lineage(
    name: str, lineage: Lineage, keys: Mapping[str, AssetKey]
) -> TableColumnLineage:
    deps: dict[str, list[TableColumnDep]] = defaultdict(list)
    for edge in lineage.edges:
        if edge.child != name:
            continue
        parent = keys.get(edge.parent)
        if edge.parent.startswith("raw."):
            parent = AssetKey(["raw", edge.parent.removeprefix("raw.")])
        if parent:
            deps[edge.child_column].append(
                TableColumnDep(asset_key=parent, column_name=edge.parent_column)
            )
    return TableColumnLineage(deps_by_column=deps)
