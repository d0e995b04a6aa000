"""dbt's documentation is written again only where what it shows changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from orchestration.warehouse.docs import _stamp
from orchestration.workspace import Workspace


def stamp_of(home: Path, build: str, **node: Any) -> str:
    shown = {"checksum": "1", "description": "Changes.", "columns": {}, "created_at": build, **node}
    manifest = {
        "metadata": {"invocation_id": build},
        "nodes": {"model.fairlead.x": shown},
        "sources": {},
        "macros": {},
    }
    workspace = Workspace(home, home)
    workspace.dbt_target.mkdir(exist_ok=True)
    (workspace.dbt_target / "manifest.json").write_text(json.dumps(manifest))
    return _stamp(workspace)


def test_a_build_of_the_same_project_changes_nothing(tmp_path: Path) -> None:
    assert stamp_of(tmp_path, "first") == stamp_of(tmp_path, "second")


def test_another_text_or_description_does(tmp_path: Path) -> None:
    first = stamp_of(tmp_path, "first")
    assert stamp_of(tmp_path, "first", checksum="2") != first
    assert stamp_of(tmp_path, "first", description="Changes. One row per change.") != first
