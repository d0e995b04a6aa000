"""What Dagster shows of each table: rows, columns and where each column comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster import AssetKey, TableColumnDep, TableColumnLineage

from orchestration.defs.metadata import data_docs
from orchestration.lineage.columns import Lineage
from orchestration.lineage.store import current_lineage
from orchestration.warehouse.artifacts import read_manifest, table_sizes
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
            **data_docs(workspace),
        }
        for name, key in keys.items()
    }


def _row_counts(workspace: Workspace) -> dict[str, int]:
    """Rows by dbt's name."""
    sizes = table_sizes(workspace)
    return {
        node["name"]: sizes[(node["schema"], node["alias"])].n_rows
        for node in read_manifest(workspace.dbt_target)["nodes"].values()
        if node["resource_type"] in ("model", "seed") and (node["schema"], node["alias"]) in sizes
    }


def _column_lineage(
    name: str, lineage: Lineage, keys: Mapping[str, AssetKey]
) -> TableColumnLineage:
    return TableColumnLineage(
        deps_by_column={
            column: [
                TableColumnDep(asset_key=asset, column_name=parent_column)
                for parent, parent_column in parents
                if (asset := _asset_of(parent, keys))
            ]
            for column, parents in lineage.parents.get(name, {}).items()
        }
    )


def _asset_of(parent: str, keys: Mapping[str, AssetKey]) -> AssetKey | None:
    if parent.startswith("raw."):
        return AssetKey(parent.split(".", 1))
    return keys.get(parent)
