"""The dbt build of the demo, and its compiled SQL run by DuckDB alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import duckdb

from orchestration.landing import load_contracts, load_landing
from orchestration.warehouse.connection import connect
from orchestration.warehouse.dbt import DBT_EXECUTABLE, build_arguments, variables
from orchestration.warehouse.project import policy_version, project_arguments
from orchestration.workspace import Workspace


def load(landing: str, home: str) -> None:
    """All streams of a landing folder, as the job loads them."""
    with connect(Path(home) / "warehouse.duckdb") as connection:
        load_landing(connection, Path(landing), load_contracts())


def through_dbt(landing: str, home: str, command: str) -> None:
    """The case: `dbt build` (seeds, models, tests) or `dbt run` (models) as a process."""
    workspace = Workspace(Path(landing), Path(home))
    moment = workspace.newest_extract()
    said = (moment, moment, policy_version())
    arguments = (
        build_arguments(*said) if command == "build" else [command, "--vars", variables(*said)]
    )
    done = subprocess.run(
        [
            *(str(DBT_EXECUTABLE), "--quiet", *arguments),
            *project_arguments(workspace.dbt_target),
            *("--log-path", str(workspace.home)),
        ],
        env=os.environ | {"FAIRLEAD_HOME": str(workspace.home)},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise AssertionError(f"dbt {command} failed: {done.stdout[-1500:]}")


def copy_home(source: Path, target: Path) -> None:
    """A home as it was after loading (or building), without what a run left besides."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for file in source.glob("*.duckdb"):
        shutil.copy(file, target)
    if (source / "dbt").exists():
        shutil.copytree(source / "dbt", target / "dbt")


def compiled_models(dbt_target: Path) -> list[tuple[str, str]]:
    """(relation, compiled SQL) of every SQL model, each after those it reads."""
    manifest = json.loads((dbt_target / "manifest.json").read_text())
    models = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["language"] == "sql"
    }
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        for parent in manifest["nodes"][name]["depends_on"].get("nodes", []):
            if parent in manifest["nodes"]:
                visit(parent)
        if name in models:
            ordered.setdefault(name)

    for name in models:
        visit(name)
    compiled = dbt_target / "compiled" / "fairlead"
    return [
        (
            models[name]["relation_name"],
            (compiled / models[name]["original_file_path"]).read_text(),
        )
        for name in ordered
    ]


def bare(home: str, release: str | None = None) -> None:
    """The least: `create table as` for each model in order, in one process and connection.

    Seeds and the gate's table are there already; no contract, no test. With `release`,
    the published tables are written there as Parquet too.
    """
    with duckdb.connect(Path(home) / "warehouse.duckdb") as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{home}/unreleased.duckdb' as reporting")
        for relation, sql in compiled_models(Path(home) / "dbt"):
            connection.execute(f"create or replace table {relation} as {sql}")
            if release and relation.startswith('"reporting"'):
                Path(release).mkdir(parents=True, exist_ok=True)
                name = relation.replace('"', "")
                connection.execute(f"copy {relation} to '{release}/{name}.parquet'")
