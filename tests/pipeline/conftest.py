"""A small demo organisation, and one undisturbed run over it."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing import load_contracts, load_landing
from orchestration.sources.demo import write_demo
from orchestration.warehouse.connection import connect
from orchestration.warehouse.dbt import DBT_EXECUTABLE, variables
from orchestration.workspace import PROJECT_ROOT

Rows = list[tuple]
AS_OF = datetime(2026, 10, 15, tzinfo=UTC)
DIRT = "github/pull_requests/2026-01-01T00-00-00Z/late.jsonl.gz"


@dataclass(frozen=True)
class Finished:
    """The folders of a run that went through, and what it printed."""

    landing: Path
    home: Path
    output: str


# Tests that share a run share a process, so that it happens once.
SHARED_RUNS = ("undisturbed", "earlier", "generic", "edge_cases", "builds")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for run in SHARED_RUNS:
            if run in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(f"{run} run"))


@pytest.fixture(scope="session")
def small_landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    landing = tmp_path_factory.mktemp("demo") / "landing"
    write_demo(landing, people=60, quarters=2, log=lambda _: None)
    return landing


@pytest.fixture(scope="session")
def undisturbed(small_landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    return finish(small_landing, home)


@pytest.fixture(scope="session")
def earlier(small_landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Another run, over extracts that came with some dirt."""
    folder = tmp_path_factory.mktemp("earlier")
    landing = folder / "landing"
    shutil.copytree(small_landing, landing)
    add_dirt(landing / DIRT)
    return finish(landing, folder / "home")


def add_dirt(file: Path) -> None:
    """A good record, a line that is cut off, one without its key, and the good record again."""
    good = {
        "id": 1,
        "number": 1,
        "created_at": "2026-09-01T10:00:00Z",
        "merged_at": "2026-09-02T10:00:00Z",
        "base": {"ref": "main", "repo": {"full_name": "harbourline/extra"}},
    }
    lines = [
        json.dumps(good),
        '{"id": 2, "number": ',
        json.dumps({"number": 3, "created_at": "2026-09-01T10:00:00Z"}),
        json.dumps(good),
    ]
    file.parent.mkdir(parents=True)
    with gzip.open(file, "wt") as written:
        written.write("\n".join(lines))


def command(landing: Path, home: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "orchestration.cli", "run"),
        *("--landing", str(landing), "--home", str(home)),
    ]


def finish(landing: Path, home: Path) -> Finished:
    """Run to the end; fails the test with the run's own words where it does not."""
    done = subprocess.run(command(landing, home), cwd=PROJECT_ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return Finished(landing, home, done.stdout)


def load_and_build(
    landing: Path,
    home: Path,
    *,
    select: str = "+path:models/core",
    test: bool = True,
    as_of: datetime = AS_OF,
    known_at: datetime = AS_OF,
) -> None:
    """The load, and what dbt makes of it with its tests; no run around it."""
    home.mkdir(exist_ok=True)
    with connect(home / "warehouse.duckdb") as connection:
        load_landing(connection, landing, load_contracts())
    arguments = [
        *("build", "--exclude-resource-type", "unit_test"),
        *(() if test else ("--exclude-resource-type", "test")),
        *("--select", select, "--log-path", str(home), "--target-path", str(home)),
        *("--project-dir", str(PROJECT_ROOT / "dbt_project"), "--profiles-dir", str(PROJECT_ROOT)),
        *("--vars", variables(as_of, known_at, "")),
    ]
    done = subprocess.run(
        [str(DBT_EXECUTABLE), "--quiet", "--no-use-colors", *arguments],
        env=os.environ | {"FAIRLEAD_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def published(home: Path) -> dict[str, Rows]:
    """Every published table, as sorted rows."""
    with duckdb.connect(home / "reporting.duckdb", read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() order by all"
        ).fetchall()
        return {
            f"{schema}.{table}": connection.execute(
                f'select * from "{schema}"."{table}" order by all'
            ).fetchall()
            for schema, table in tables
        }


def write_records(landing: Path, at: str, streams: dict[str, list[dict[str, Any]]]) -> None:
    """One file for each stream, such as `generic/incidents`, in the extract of a moment."""
    for stream, records in streams.items():
        place = landing / stream / at
        place.mkdir(parents=True)
        (place / "part.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))


def query(home: Path, sql: str) -> Rows:
    with duckdb.connect(home / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute(sql).fetchall()
