"""The lineage of a home's last build, resolved once and kept until the build changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from orchestration.files import write_whole
from orchestration.lineage.columns import (
    Columns,
    Edge,
    Lineage,
    column_lineage,
    read_columns,
)
from orchestration.warehouse.artifacts import read_manifest
from orchestration.workspace import Workspace


def current_lineage(workspace: Workspace) -> Lineage:
    """Lineage of what `dbt build` last wrote below this home."""
    manifest = read_manifest(workspace.dbt_target)
    columns = read_columns(*workspace.databases)
    key = _key(manifest, columns)
    file = workspace.audit / "lineage.json"
    if file.exists():
        kept = json.loads(file.read_text())
        if kept["key"] == key:
            return Lineage([Edge(**edge) for edge in kept["edges"]], kept["unresolved"])
    found = column_lineage(manifest, columns)
    workspace.audit.mkdir(exist_ok=True)
    kept = {
        "key": key,
        "edges": [asdict(edge) for edge in found.edges],
        "unresolved": found.unresolved,
    }
    write_whole(file, json.dumps(kept))
    return found


def _key(manifest: dict[str, Any], columns: Columns) -> str:
    sql = {name: node.get("compiled_code") for name, node in manifest["nodes"].items()}
    text = json.dumps([sql, columns], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
