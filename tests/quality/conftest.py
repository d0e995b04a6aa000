"""Small DuckDB files with just what a suite reads, and faults planted in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing import ensure_raw, load_contracts
from quality.checks import SuiteName
from quality.results import SuiteResult
from quality.run import run_suite

EARLIER, NEWEST = datetime(2026, 3, 1), datetime(2026, 4, 1)
AS_OF = datetime(2026, 4, 20)
# A name that must not turn up anywhere.
PERSON = "Zebulon Quisenberry"


def quiet(message: str) -> None:
    """Takes progress and says nothing."""


@dataclass(frozen=True)
class Desk:
    """A home with a warehouse and a reporting file."""

    home: Path

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def reporting(self) -> Path:
        return self.home / "reporting.duckdb"

    @contextmanager
    def writing(self, file: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = duckdb.connect(file or self.warehouse, config={"threads": "1"})
        try:
            connection.execute("set TimeZone = 'UTC'")
            yield connection
        finally:
            connection.close()

    def landed(self, *streams: str) -> None:
        """Raw tables of some streams (all where none is named), and the accounts of loads."""
        contracts = load_contracts().values()
        with self.writing() as connection:
            ensure_raw(
                connection, [one for one in contracts if not streams or one.table in streams]
            )

    def records(
        self,
        table: str,
        records: Sequence[Mapping[str, Any]],
        *,
        at: datetime = NEWEST,
        reported: bool = True,
    ) -> None:
        """Records of one extract; `reported` writes what the load report says of them."""
        with self.writing() as connection:
            # A JSON array in one statement: row by row takes seconds.
            connection.execute(
                f"""
                insert into raw.{table}
                select unnest(from_json(?, '["JSON"]')), 'file', 1, ?, ?, 'hash'
                """,
                [json.dumps(list(records)), at, at],
            )
        if reported:
            self.report(table, loaded=len(records), at=at)

    def report(self, table: str, at: datetime = NEWEST, **kinds: int) -> None:
        """Rows of the load report, by kind."""
        source, _, stream = table.partition("__")
        with self.writing() as connection:
            for kind, n_rows in kinds.items():
                connection.execute(
                    "insert into raw.load_report values (?, ?, ?, 'x', ?, ?, ?, 'why', 'key', ?)",
                    [source, stream, f"{table}/{at:%F}/{kind}", at, at, kind, n_rows],
                )

    def run(self, name: SuiteName, run_id: str = "run-1", *, pages: bool = False) -> SuiteResult:
        database = self.reporting if name == "published" else self.warehouse
        return run_suite(name, database, self.home, run_id, quiet, pages=pages)


def failed(result: SuiteResult) -> set[tuple[str, str]]:
    return {(one.table, one.expectation) for one in result.failed}


def applied(result: SuiteResult) -> set[str]:
    return {one.expectation for one in result.results if one.outcome != "not_applicable"}


def stamp(moment: datetime) -> str:
    return f"{moment:%FT%TZ}"


def spread(n: int, days: int, until: datetime = NEWEST) -> list[datetime]:
    """Moments spread evenly over the days before, none at midnight."""
    step = timedelta(days=days) / n
    return [until - step * i - timedelta(minutes=61) for i in range(n)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    home = tmp_path / "home"
    home.mkdir()
    return Desk(home)
