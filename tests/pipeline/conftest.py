"""A small demo organisation, and one undisturbed run over it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.sources.demo import write_demo
from orchestration.workspace import PROJECT_ROOT

Rows = list[tuple]


@dataclass(frozen=True)
class Finished:
    """The folders of a run that went through, and what it printed."""

    landing: Path
    home: Path
    output: str


# Tests that share a run share a process, so that it happens once.
SHARED_RUNS = ("undisturbed", "earlier")


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


def query(home: Path, sql: str) -> Rows:
    with duckdb.connect(home / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute(sql).fetchall()
