"""The statistical macros as SQL: rendered from their files, run by DuckDB in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import settings
from jinja2 import Environment, StrictUndefined

from orchestration.workspace import DBT_PROJECT

Row = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]
LIMITS = settings(max_examples=50, database=None, deadline=None)
Z95, Z998 = 1.959963984540054, 3.090232306167813

_SEEDS = {
    "thresholds": "{'value': 'double'}",
    "poisson_limits": "{'n_events': 'integer', 'confidence': 'double'}",
}


@cache
def render(call: str) -> str:
    """What dbt makes of a call: Jinja over the files, where `ref` is a seed's schema and name."""
    folder = DBT_PROJECT / "macros"
    files = [folder / "threshold.sql", *sorted((folder / "statistics").glob("*.sql"))]
    source = "\n".join(file.read_text() for file in files) + "{{ " + call + " }}"
    template = Environment(undefined=StrictUndefined).from_string(source)
    return template.render(ref="reference.{}".format)


@cache
def database() -> duckdb.DuckDBPyConnection:
    """A database in memory that holds the seeds that macros read."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("create schema reference")
    for seed, types in _SEEDS.items():
        file = DBT_PROJECT / "seeds/reference" / f"{seed}.csv"
        connection.execute(
            f"create table reference.{seed} as from read_csv('{file}', types = {types})"
        )
    return connection


def ask(call: str, **relations: Rows) -> list[Row]:
    """The rows of a macro that is a query, over relations given as rows."""
    return run(f"from (\n{render(call)}\n) order by all", **relations)


def compute(rows: Rows, **calls: str) -> list[Row]:
    """For each row, what macros that are expressions give, by name."""
    columns = ", ".join(f"{render(call)} as {name}" for name, call in calls.items())
    numbered = [{**row, "row_number": number} for number, row in enumerate(rows)]
    return run(f"select {columns} from numbered order by row_number", numbered=numbered)


def run(query: str, **relations: Rows) -> list[Row]:
    """The rows of a query over relations given as rows."""
    cursor = database().cursor()
    for name, rows in relations.items():
        cursor.register(name, pa.Table.from_pylist([dict(row) for row in rows]))
    answer = cursor.execute(query)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def by(key: str, rows: Iterable[Row]) -> dict[Any, Row]:
    """Rows by a key that names one each."""
    found: dict[Any, Row] = {}
    for row in rows:
        assert row[key] not in found
        found[row[key]] = row
    return found
