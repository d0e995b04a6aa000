"""What a check of the suites is: a declaration that reads without knowing the library.

Great Expectations takes seconds to import. Declarations name its expectations by class, so
that Dagster can list every check without it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

SuiteName = Literal["raw", "core", "published"]
Severity = Literal["critical", "warning"]

SUITES: tuple[SuiteName, ...] = ("raw", "core", "published")
THRESHOLDS = Path(__file__).with_name("thresholds.csv")


@dataclass(frozen=True, eq=False)  # each declaration is itself
class Check:
    """One thing that must be true of one table.

    table: schema and name, the table that the check is about. name: a few words, unique for
    the table. sentence: what is expected, for someone who did not write it. severity: a
    critical failure stops what comes after; a warning is reported.

    expectation: a class of `quality.expectations` or of Great Expectations, with arguments.
    column: where the check is about one. batch: the table that is read, where it is not the
    same. needs: other tables that it reads. among: SQL, which rows a check of Great
    Expectations' own is about; our own expectations count for themselves.
    smallest: with fewer rows than that the check does not apply.
    """

    table: str
    name: str
    sentence: str
    severity: Severity
    expectation: str
    arguments: dict[str, Any] = field(default_factory=dict)
    column: str | None = None
    batch: str = ""
    needs: tuple[str, ...] = ()
    among: str = "true"
    smallest: int = 1

    @property
    def read_table(self) -> str:
        return self.batch or self.table


@cache
def thresholds() -> dict[str, float]:
    """Every threshold of the suites by its id; reasons are in the file."""
    with THRESHOLDS.open(newline="") as lines:
        return {row["threshold_id"]: float(row["value"]) for row in csv.DictReader(lines)}


def limit(threshold_id: str) -> float:
    """One threshold. Raises KeyError for one that the file does not have."""
    return thresholds()[threshold_id]


def few_rows(
    table: str,
    name: str,
    sentence: str,
    *,
    where: str,
    at_most: str | float = 0.0,
    among: str = "true",
    severity: Severity = "warning",
    column: str | None = None,
) -> Check:
    """At most a share of the rows `among` may be as `where` says; at_most: share or threshold."""
    share = limit(at_most) if isinstance(at_most, str) else at_most
    return Check(
        table,
        name,
        sentence,
        severity,
        "ExpectFewRowsWhere",
        {"condition": where, "among": among, "maximum_share": share},
        column=column,
        smallest=int(limit("smallest_population")) if share else 1,
    )


def matched(
    table: str,
    name: str,
    sentence: str,
    *,
    key: str,
    other: str,
    other_key: str,
    at_most: str,
    among: str = "true",
    severity: Severity = "warning",
) -> Check:
    """At most a share of the keys of a table may be missing in another; both are SQL."""
    return Check(
        table,
        name,
        sentence,
        severity,
        "ExpectRowsToHaveAMatch",
        {
            "key": key,
            "other": other,
            "other_key": other_key,
            "among": among,
            "maximum_share": limit(at_most),
        },
        needs=(other,),
        smallest=int(limit("smallest_population")),
    )
