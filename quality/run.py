"""Running a suite of checks over a DuckDB file.

Nothing that this writes holds a value of a record: validations are boolean only, our own
expectations add counts, and an error's message is left out, for it may quote a value.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quality import duckdb_dialect
from quality.checks import Check, SuiteName
from quality.results import ExpectationResult, Outcome, SuiteResult, now, write_results
from quality.suites import suite

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
    )

Log = Callable[[str], None]

FOLDER = "quality"
# The attached file, where there is one: the warehouse beside what is published.
BESIDE = "beside"
_NOT_EVALUATED = "the check could not be evaluated"


def run_suite(
    name: SuiteName,
    database: Path,
    home: Path,
    run_id: str,
    log: Log = lambda message: None,
    *,
    pages: bool = True,
) -> SuiteResult:
    """Run one suite, keep its results below `home/quality`, and build its pages.

    database: the warehouse, or for `published` the reporting file (the warehouse of `home` is
    read beside it where it exists). Every connection is closed at the end, so that a writer
    can follow in the same process. A failed check does not raise; look at `blocking`. Raises
    FileNotFoundError without the database. Pages that cannot be built are logged and do not
    stop anything: results are in the lines.
    """
    started = time.monotonic()
    if not database.is_file():
        raise FileNotFoundError(f"there is no DuckDB file {database}; load extracts first")
    warehouse = home / "warehouse.duckdb"
    beside = warehouse if name == "published" and warehouse.is_file() else None
    try:
        results, validations = _validate(name, database, beside, run_id)
    finally:
        duckdb_dialect.close_all()
    result = SuiteResult(
        suite=name,
        run_id=run_id,
        checked_at=now(),
        seconds=round(time.monotonic() - started, 2),
        results=tuple(results),
    )
    write_results(home / FOLDER, result)
    if pages and validations:
        _publish(home, validations, log)
    log(sentence(result))
    return result


def sentence(result: SuiteResult) -> str:
    """What a suite came to, for the terminal."""
    parts = [f"{result.count('passed')} checks passed"]
    warned = len(result.failed) - len(result.blocking)
    if result.blocking:
        parts.append(f"{len(result.blocking)} failed")
    if warned:
        parts.append(f"{warned} warned")
    if result.count("not_applicable"):
        parts.append(f"{result.count('not_applicable')} without data")
    return f"quality, {result.suite}: {', '.join(parts)}"


def describe(one: ExpectationResult) -> str:
    """One failed check in a line: table, name, what was expected, how much was not."""
    counted = ""
    if one.n_unexpected is not None and one.n_rows_checked is not None:
        counted = f" ({one.n_unexpected:,} of {one.n_rows_checked:,} not so)"
    return f"{one.table}: {one.expectation}: {one.description}{counted}"


def _validate(
    name: SuiteName, database: Path, beside: Path | None, run_id: str
) -> tuple[list[ExpectationResult], list[ExpectationSuiteValidationResult]]:
    """Every check of a suite in its order, and the library's validations without values."""
    checks = suite(name)
    populations = _populations(database, beside, checks)
    runnable: dict[str, list[Check]] = {}
    for check in checks:
        if populations[check] is not None:
            runnable.setdefault(check.read_table, []).append(check)
    outcomes: dict[Check, ExpectationResult] = {}
    validations = []
    if runnable:
        batches = _open_batches(database, beside, list(runnable))
        run = _run_identifier(run_id)
        for table, group in runnable.items():
            started = time.monotonic()
            validation = batches(table, group, run)
            seconds = (time.monotonic() - started) / len(group)
            for check, answer in zip(group, validation.results, strict=True):
                outcomes[check] = _result(check, answer, populations[check], seconds)
            validations.append(validation)
    results = [outcomes.get(check) or _without_data(check) for check in checks]
    return results, validations


def _populations(
    database: Path, beside: Path | None, checks: tuple[Check, ...]
) -> dict[Check, int | None]:
    """For each check the rows that it is about, None where it does not apply.

    It does not apply where a table that it needs is missing, or where too few rows are left
    for an expectation of the library. Our own count for themselves: 0 stands for that.
    """
    found: dict[Check, int | None] = {}
    with duckdb_dialect.reading(database, beside) as connection:
        tables = {
            ".".join(names[1:] if names[0] != BESIDE else names)
            for names in connection.execute(
                "select database_name, schema_name, table_name from duckdb_tables()"
            ).fetchall()
        }
        for check in checks:
            if not {check.read_table, *check.needs} <= tables:
                found[check] = None
            elif _counts_itself(check):
                found[check] = 0
            else:
                row = connection.execute(
                    f"select count(*) from {check.read_table} where {check.among}"
                ).fetchone()
                assert row is not None
                found[check] = row[0] if row[0] >= check.smallest else None
    return found


def _counts_itself(check: Check) -> bool:
    from quality.expectations import OWN

    return check.expectation in OWN


def _run_identifier(run_id: str) -> Any:
    from datetime import UTC, datetime

    from great_expectations.core.run_identifier import RunIdentifier

    return RunIdentifier(run_name=run_id, run_time=datetime.now(UTC))


def _open_batches(
    database: Path, beside: Path | None, tables: list[str]
) -> Callable[[str, list[Check], Any], ExpectationSuiteValidationResult]:
    """A function that validates the checks of one table."""
    import great_expectations as gx

    from quality.context import open_context
    from quality.expectations import build

    duckdb_dialect.register()
    context = open_context()
    source = context.data_sources.add_sql(
        "duckdb", connection_string=duckdb_dialect.address(database, beside)
    )

    def validate(table: str, group: list[Check], run: Any) -> ExpectationSuiteValidationResult:
        schema, _, table_name = table.rpartition(".")
        with warnings.catch_warnings():
            # The library would have one source per schema; here tables of one file differ.
            warnings.simplefilter("ignore", DeprecationWarning)
            asset = source.add_table_asset(table, table_name=table_name, schema_name=schema)
        definition = gx.ValidationDefinition(
            name=table,
            data=asset.add_batch_definition_whole_table("all"),
            suite=context.suites.add(
                gx.ExpectationSuite(name=table, expectations=[build(check) for check in group])
            ),
        )
        validation = context.validation_definitions.add(definition).run(
            result_format="BOOLEAN_ONLY", run_id=run
        )
        for answer in validation.results:
            _forget_values(answer)
        return _in_order(validation, group)

    return validate


def _in_order(
    validation: ExpectationSuiteValidationResult, group: list[Check]
) -> ExpectationSuiteValidationResult:
    """The library groups results by column; bring them back to the order of the checks."""
    from quality.expectations import IDENTITY

    by_name = {
        answer.expectation_config.meta[IDENTITY]: answer
        for answer in validation.results
        if answer.expectation_config
    }
    validation.results = [by_name[f"{check.table} {check.name}"] for check in group]
    return validation


def _forget_values(answer: Any) -> None:
    """Leave nothing in an answer but the verdict and our own counts."""
    from quality.expectations import COUNTS

    counts = (answer.meta or {}).get(COUNTS)
    answer.meta = {COUNTS: counts} if counts else {}
    answer.result = {"observed_value": counts["unexpected"]} if counts else {}
    if _was_raised(answer):
        answer.success = False
        answer.exception_info = {
            "raised_exception": True,
            "exception_message": _NOT_EVALUATED,
            "exception_traceback": "",
        }


def _was_raised(answer: Any) -> bool:
    """The library gives one account of an error, or one per metric."""
    info = answer.exception_info or {}
    accounts = [info, *(each for each in info.values() if isinstance(each, dict))]
    return any(account.get("raised_exception") for account in accounts)


def _result(check: Check, answer: Any, population: int | None, seconds: float) -> ExpectationResult:
    from quality.expectations import COUNTS

    outcome: Outcome = "passed" if answer.success else "failed"
    description = check.sentence
    n_checked, n_unexpected = population, None
    if _was_raised(answer):
        description = f"{check.sentence} ({_NOT_EVALUATED})"
        n_checked = None
    elif counts := answer.meta.get(COUNTS):
        n_checked, n_unexpected = counts["checked"], counts["unexpected"]
        if not counts["applies"]:
            outcome = "not_applicable"
        elif counts["which"] and outcome == "failed":
            description = f"{check.sentence} Not so: {counts['which']}."
    return ExpectationResult(
        table=check.table,
        column=check.column,
        expectation=check.name,
        description=description,
        severity=check.severity,
        outcome=outcome,
        n_rows_checked=n_checked,
        n_unexpected=n_unexpected,
        seconds=round(seconds, 3),
    )


def _without_data(check: Check) -> ExpectationResult:
    return ExpectationResult(
        table=check.table,
        column=check.column,
        expectation=check.name,
        description=check.sentence,
        severity=check.severity,
        outcome="not_applicable",
        n_rows_checked=0,
        n_unexpected=None,
        seconds=0.0,
    )


def _publish(home: Path, validations: list[ExpectationSuiteValidationResult], log: Log) -> None:
    from orchestration.reports.toolchain import ToolchainError
    from quality.data_docs import DataDocsError, publish_pages

    try:
        publish_pages(home / FOLDER, validations, log)
    except (DataDocsError, ToolchainError) as problem:
        log(f"the pages of Great Expectations were not built: {problem}")


def failures(result: SuiteResult) -> Iterator[str]:
    """What stops the run, a line per check."""
    for one in result.blocking:
        yield describe(one)
