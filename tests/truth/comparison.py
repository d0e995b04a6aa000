"""Where the warehouse and the recomputation disagree, in words that name no person."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import astuple, fields
from pathlib import Path

import duckdb

from tests.truth.metrics.figures import Figure, Figures

TOLERANCE = 1e-9
PARTS = [field.name for field in fields(Figure)]


def stored(home: Path, table: str, profile_id: str = "fairlead") -> Figures:
    """A table of the warehouse, as it is before the gate."""
    with duckdb.connect(home / "warehouse.duckdb", read_only=True) as connection:
        # A service with all that it is compared by is what comparisons are put together from, and
        # no group of its own.
        rows = connection.execute(
            f"select group_family, group_key, period_id, metric_id, {', '.join(PARTS)}"
            f" from metrics.{table} where profile_id = ? and group_family != 'service_stratum'",
            [profile_id],
        ).fetchall()
    found: Figures = {}
    for family, key, period, metric, *parts in rows:
        place = ((family, key, period), metric)
        assert place not in found, f"two rows of {place}"
        found[place] = Figure(*parts)
    return found


def differences(told: Figures, truth: Figures) -> Iterator[str]:
    """One line per cell that only one side has, and per part of a cell that differs."""
    for place, metric in sorted(told.keys() | truth.keys()):
        cell = f"{metric} of {place[0]} {place[1]!r}, {place[2]}"
        if (place, metric) not in truth:
            yield f"{cell}: in the warehouse alone"
        elif (place, metric) not in told:
            yield f"{cell}: not in the warehouse"
        else:
            pairs = zip(
                PARTS, astuple(told[place, metric]), astuple(truth[place, metric]), strict=True
            )
            for part, one, other in pairs:
                if not is_equal(one, other):
                    yield f"{cell}: {part} is {one} in the warehouse and {other} recomputed"


def is_equal(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def report(found: Mapping[str, list[str]], most: int = 20) -> str:
    """The differences of each table: how many, and the first ones."""
    lines = []
    for table, cells in found.items():
        if cells:
            lines.append(f"{table}: {len(cells)} differ")
            lines += [f"  {cell}" for cell in cells[:most]]
    return "\n".join(lines)


def tables_with_metrics(home: Path) -> set[str]:
    """The tables of the warehouse that say anything of groups or of units beside their peers, by
    whatever name the figure goes; not those that list who stands behind a figure."""
    with duckdb.connect(home / "warehouse.duckdb", read_only=True) as connection:
        rows = connection.execute(
            "select table_name from duckdb_columns() where schema_name = 'metrics'"
            " group by table_name"
            " having bool_or(column_name in ('value', 'group_family', 'unit_family'))"
            " and not bool_or(column_name = 'contributor_key')"
        ).fetchall()
    return {name for (name,) in rows}
