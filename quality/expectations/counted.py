"""Expectations that look at rows through SQL and return counts, never a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from great_expectations.compatibility import pydantic
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.expectations.core.unexpected_rows_expectation import (
    UnexpectedRowsExpectation,
)

# Where a result carries what was counted: checked, unexpected, whether it applies, and which
# tables or streams are at fault where the query says so.
COUNTS = "counts"


class CountedExpectation(UnexpectedRowsExpectation):
    """At most `maximum_share` of what is checked may be unexpected.

    The library's expectation fetches unexpected rows, and rows are about people. The query
    of this one always returns a single row: n_checked, n_unexpected, and where it looks at
    several streams, which of them are at fault. Where fewer than `smallest` are checked, the
    expectation does not apply and succeeds.

    Subclasses say `sql`, the query, from their own fields. The batch is `{batch}`.
    """

    maximum_share: float = 0.0
    smallest: int = 1
    unexpected_rows_query: str = ""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.table",)
    success_keys: ClassVar[tuple[str, ...]] = ("unexpected_rows_query", "maximum_share")

    @classmethod
    def sql(cls, values: Mapping[str, Any]) -> str:
        raise NotImplementedError

    @pydantic.root_validator(pre=True)
    def _write_query(cls, values: dict[str, Any]) -> dict[str, Any]:
        # Fields that were left out have their defaults.
        defaults = {name: each.default for name, each in cls.__fields__.items()}
        return {**values, "unexpected_rows_query": cls.sql({**defaults, **values})}

    @pydantic.validator("unexpected_rows_query")
    def _validate_query(cls, query: str) -> str:
        # The library warns on standard output about queries that leave the batch; ours read
        # the accounts of a load, and say so.
        return query.strip()

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        (counts,) = metrics["unexpected_rows_query.table"]
        n_checked = int(counts["n_checked"] or 0)
        n_unexpected = int(counts["n_unexpected"] or 0)
        applies = n_checked >= max(self.smallest, 1)
        return {
            "success": not applies or n_unexpected <= self.maximum_share * n_checked,
            # Counts are all that this query can return. They go where they stay: at
            # BOOLEAN_ONLY the library empties `result`.
            "meta": {
                COUNTS: {
                    "checked": n_checked,
                    "unexpected": n_unexpected,
                    "applies": applies,
                    "which": counts.get("which"),
                }
            },
        }


class ExpectFewRowsWhere(CountedExpectation):
    """Of the rows `among`, at most a share may meet `condition`; both are SQL."""

    condition: str
    among: str = "true"

    @classmethod
    def sql(cls, values: Mapping[str, Any]) -> str:
        return f"""
        select
            count(*) as n_checked,
            count(*) filter (where {values["condition"]}) as n_unexpected
        from {{batch}}
        where {values["among"]}
        """
