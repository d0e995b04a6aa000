"""The suites of Great Expectations as asset checks that stop what comes after.

    streams ─▶ raw_suite ─▶ warehouse ─▶ core_suite ─▶ published_suite ─▶ release ─▶ sites

Every check belongs to the table that it is about. A suite is one step, because opening the
library and the file takes longer than a check; a critical failure fails the step, and Dagster
runs nothing that needs the tables of a blocking check.
"""

from collections.abc import Iterator

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckKey,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    Definitions,
    definitions,
    multi_asset_check,
)

from orchestration.defs.landing.assets import STREAMS, raw_key
from orchestration.defs.resources import WorkspaceResource
from orchestration.defs.retries import wait_for_databases
from orchestration.progress import say
from quality.checks import Check, SuiteName
from quality.results import ExpectationResult, SuiteResult
from quality.run import describe, run_suite
from quality.suites import suite


class QualityError(Exception):
    """Critical checks failed; the message names the suite and each check."""


def asset_key(name: SuiteName, table: str) -> AssetKey:
    """The asset of a table: published ones carry their audience in their name."""
    schema, _, plain = table.partition(".")
    return AssetKey([schema, f"pub_{schema}__{plain}" if name == "published" else plain])


def check_spec(name: SuiteName, check: Check, after: list[AssetKey]) -> AssetCheckSpec:
    return AssetCheckSpec(
        name=check.name,
        asset=asset_key(name, check.table),
        description=check.sentence,
        blocking=check.severity == "critical",
        additional_deps=[key for key in after if key != asset_key(name, check.table)],
        metadata={"suite": name, "expectation": check.expectation},
    )


def check_result(name: SuiteName, one: ExpectationResult) -> AssetCheckResult:
    """Outcome and counts; what does not apply passes, and says so."""
    metadata: dict[str, str | int] = {"outcome": one.outcome}
    if one.n_rows_checked is not None:
        metadata["checked"] = one.n_rows_checked
    if one.n_unexpected is not None:
        metadata["unexpected"] = one.n_unexpected
    critical = one.severity == "critical"
    return AssetCheckResult(
        asset_key=asset_key(name, one.table),
        check_name=one.expectation,
        passed=one.outcome != "failed",
        severity=AssetCheckSeverity.ERROR if critical else AssetCheckSeverity.WARN,
        description=one.description,
        metadata=metadata,
    )


def stop_message(result: SuiteResult) -> str:
    """Which suite stopped the run, and a line per check that did."""
    listed = "".join(f"\n  {describe(one)}" for one in result.blocking)
    return (
        f"the {result.suite} suite of Great Expectations found what must not go on:{listed}\n"
        "What was published before is unchanged."
    )


def suite_checks(name: SuiteName, after: SuiteName | None = None) -> AssetChecksDefinition:
    """The step of a suite; `after` names one whose tables it waits for, and whose blocking
    checks stop it. The raw suite waits for every stream: some of its checks look at all."""
    waits_for = {asset_key(after, check.table) for check in suite(after)} if after else set()
    if name == "raw":
        waits_for = {raw_key(stream) for stream in STREAMS.values()}
    earlier = sorted(waits_for, key=str)

    @multi_asset_check(
        name=f"{name}_suite",
        specs=[check_spec(name, check, earlier) for check in suite(name)],
        can_subset=True,
        description=f"Great Expectations: the {name} suite.",
    )
    def step(
        context: AssetCheckExecutionContext, workspace: WorkspaceResource
    ) -> Iterator[AssetCheckResult]:
        folders = workspace.open()
        wait_for_databases(folders)
        database = folders.to_publish if name == "published" else folders.warehouse
        result = run_suite(name, database, folders.home, context.run.run_id, say)
        for one in result.failed:
            say(f"  {one.severity}: {describe(one)}")
        for one in result.results:
            key = AssetCheckKey(asset_key(name, one.table), one.expectation)
            if key in context.selected_asset_check_keys:
                yield check_result(name, one)
        if result.blocking:
            raise QualityError(stop_message(result))

    return step


@definitions
def defs() -> Definitions:
    return Definitions(
        asset_checks=[
            suite_checks("raw"),
            suite_checks("core"),
            suite_checks("published", after="core"),
        ]
    )
