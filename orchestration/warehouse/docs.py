"""dbt's own documentation as one static file that needs no network."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess

from orchestration.progress import say
from orchestration.warehouse.artifacts import (
    MANIFEST,
    read_manifest,
    read_run_results,
    table_sizes,
)
from orchestration.warehouse.dbt import DBT_EXECUTABLE
from orchestration.warehouse.project import project_arguments
from orchestration.workspace import Workspace

_FILE = "static_index.html"


def write_dbt_docs(workspace: Workspace) -> None:
    """Write `audit/dbt-docs/index.html` where what it shows changed since it was written.

    Without a build there is nothing to write.
    """
    built = read_run_results(workspace.dbt_target)
    manifest = workspace.dbt_target / MANIFEST
    if built is None or not manifest.exists() or not workspace.warehouse.exists():
        return
    folder = workspace.audit / "dbt-docs"
    stamp = _stamp(workspace)
    stamp_file = workspace.audit / "dbt-docs.stamp"
    if stamp_file.exists() and stamp_file.read_text() == stamp:
        return
    target = workspace.audit / ".dbt-docs"
    # It shows what was built, and need not compile it again.
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(manifest, target / MANIFEST)
    # A process of its own: dbt keeps its connection open as long as the process lives.
    done = subprocess.run(
        [
            os.fspath(DBT_EXECUTABLE),
            *("--quiet", "--log-level-file", "none"),
            *("docs", "generate", "--static", "--no-compile"),
            *("--target", workspace.to_publish.stem),
            *project_arguments(target),
            *("--vars", json.dumps(built["args"]["vars"])),
        ],
        env=os.environ | workspace.to_environment(),
        capture_output=True,
    )
    if done.returncode != 0:
        say("dbt could not write its documentation; the auditors' site goes without it")
        return
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(target / _FILE, folder / "index.html")
    shutil.rmtree(target, ignore_errors=True)
    stamp_file.write_text(stamp)


def _stamp(workspace: Workspace) -> str:
    """A hash of what the documentation shows: the project's nodes and macros, and which tables
    exist. dbt's own files differ with every build."""
    manifest = read_manifest(workspace.dbt_target)
    nodes = {
        name: [node.get("checksum"), node["description"], node.get("columns")]
        for name, node in {**manifest["nodes"], **manifest["sources"]}.items()
    }
    macros = {name: macro["macro_sql"] for name, macro in manifest["macros"].items()}
    shown = [nodes, macros, sorted(table_sizes(workspace))]
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()
