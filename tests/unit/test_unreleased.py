"""What a build means to publish stands aside until it is released."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.warehouse.unreleased import put_in_place, start_unreleased
from orchestration.workspace import Workspace


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    """A home whose published tables are `brief` and `gone`."""
    workspace = Workspace(tmp_path, tmp_path)
    write(workspace.reporting, "brief", "gone")
    return workspace


def write(file: Path, *tables: str) -> None:
    with duckdb.connect(file) as connection:
        for table in tables:
            connection.execute(f"create or replace table {table} as select 1 as one")


def tables(file: Path) -> set[str]:
    with duckdb.connect(file, read_only=True) as connection:
        rows = connection.execute("select table_name from duckdb_tables()").fetchall()
    return {name for (name,) in rows}


def test_a_whole_build_starts_empty_whatever_a_stopped_one_left(home: Workspace) -> None:
    write(home.unreleased, "stopped")
    home.unreleased.with_name("unreleased.duckdb.wal").touch()
    start_unreleased(home, whole=True)
    assert not list(home.home.glob("unreleased*"))
    write(home.unreleased, "brief")
    assert tables(home.reporting) == {"brief", "gone"}
    put_in_place(home)
    assert tables(home.reporting) == {"brief"}


def test_a_build_of_a_part_is_beside_what_was_published(home: Workspace) -> None:
    start_unreleased(home, whole=False)
    assert home.to_publish == home.unreleased
    write(home.unreleased, "new")
    put_in_place(home)
    assert home.to_publish == home.reporting
    assert tables(home.reporting) == {"brief", "gone", "new"}


def test_who_reads_the_published_tables_keeps_them(home: Workspace) -> None:
    start_unreleased(home, whole=True)
    write(home.unreleased, "brief")
    with duckdb.connect(home.reporting, read_only=True) as reader:
        put_in_place(home)
        assert reader.execute("select one from gone").fetchall() == [(1,)]


def test_without_a_build_nothing_is_put_in_place(home: Workspace) -> None:
    put_in_place(home)
    assert tables(home.reporting) == {"brief", "gone"}
