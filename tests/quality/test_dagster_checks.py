"""Asset checks: a critical failure stops what is downstream, a warning does not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from dagster import (
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Definitions,
    ExecuteInProcessResult,
    MaterializeResult,
    asset,
    multi_asset,
)

from orchestration.defs.quality import checks as module
from orchestration.defs.quality.checks import asset_key, suite_checks
from orchestration.defs.resources import WorkspaceResource
from quality.checks import SuiteName
from quality.results import ExpectationResult, Outcome, SuiteResult
from quality.suites import suite

Runs = list[str]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[WorkspaceResource]:
    before = dict(os.environ)
    (tmp_path / "landing").mkdir()
    os.environ["FAIRLEAD_LANDING"] = str(tmp_path / "landing")
    os.environ["FAIRLEAD_HOME"] = str(tmp_path / "home")
    yield WorkspaceResource()
    os.environ.clear()
    os.environ.update(before)


def tables(name: SuiteName) -> list[AssetKey]:
    return sorted({asset_key(name, check.table) for check in suite(name)}, key=str)


def graph(ran: Runs) -> list[AssetsDefinition]:
    """The project's shape: streams, their account, one step for all of dbt, the release."""

    @multi_asset(specs=[AssetSpec(key) for key in tables("raw")], name="streams")
    def streams() -> Iterator[MaterializeResult]:
        for key in tables("raw"):
            yield MaterializeResult(asset_key=key)

    @multi_asset(
        specs=[
            AssetSpec(key, deps=tables("raw")) for key in [*tables("core"), *tables("published")]
        ],
        name="warehouse",
    )
    def warehouse() -> Iterator[MaterializeResult]:
        ran.append("warehouse")
        for key in [*tables("core"), *tables("published")]:
            yield MaterializeResult(asset_key=key)

    @asset(deps=tables("published"))
    def release() -> None:
        ran.append("release")

    return [streams, warehouse, release]


def results(name: SuiteName, failing: tuple[SuiteName, str] | None) -> SuiteResult:
    """Every check of a suite passes, but the first of the failing severity."""
    found = []
    is_planted = False
    for check in suite(name):
        outcome: Outcome = "passed"
        if failing and not is_planted and failing == (name, check.severity):
            outcome, is_planted = "failed", True
        found.append(
            ExpectationResult(
                check.table,
                check.column,
                check.name,
                check.sentence,
                check.severity,
                outcome,
                10,
                3,
                0.0,
            )
        )
    return SuiteResult(name, "run", "now", 0.0, tuple(found))


@pytest.fixture
def materialize(
    workspace: WorkspaceResource, monkeypatch: pytest.MonkeyPatch
) -> Callable[[tuple[SuiteName, str] | None], tuple[ExecuteInProcessResult, Runs]]:
    def run(failing: tuple[SuiteName, str] | None) -> tuple[ExecuteInProcessResult, Runs]:
        ran: Runs = []

        def fake(name: SuiteName, *_: object) -> SuiteResult:
            ran.append(name)
            return results(name, failing)

        monkeypatch.setattr(module, "run_suite", fake)
        definitions = Definitions(
            assets=graph(ran),
            asset_checks=[
                suite_checks("raw"),
                suite_checks("core"),
                suite_checks("published", after="core"),
            ],
            resources={"workspace": workspace},
        )
        job = definitions.resolve_implicit_global_asset_job_def()
        return job.execute_in_process(raise_on_error=False), ran

    return run


ALL = ["raw", "warehouse", "core", "published", "release"]


@pytest.mark.parametrize(
    ("failing", "expected"),
    [
        (None, ALL),
        (("raw", "warning"), ALL),
        (("core", "warning"), ALL),
        (("raw", "critical"), ALL[:1]),
        (("core", "critical"), ALL[:3]),
        (("published", "critical"), ALL[:4]),
    ],
    ids=str,
)
def test_a_critical_failure_stops_what_comes_after(
    materialize: Callable[..., tuple[ExecuteInProcessResult, Runs]],
    failing: tuple[SuiteName, str] | None,
    expected: Runs,
) -> None:
    result, ran = materialize(failing)
    assert ran == expected
    assert result.success is (expected == ALL)


def test_the_message_names_the_suite_the_table_and_the_expectation(
    materialize: Callable[..., tuple[ExecuteInProcessResult, Runs]],
) -> None:
    result, _ = materialize(("core", "critical"))
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert failure.step_key == "core_suite"
    message = str(failure.event_specific_data)
    assert "core suite" in message
    assert "core.fct_deployments: holds_all_deployments: " in message
    assert "3 of 10 not so" in message


def test_every_check_is_recorded_with_its_counts(
    materialize: Callable[..., tuple[ExecuteInProcessResult, Runs]],
) -> None:
    result, _ = materialize(("published", "critical"))
    evaluations = result.get_asset_check_evaluations()
    assert len(evaluations) == sum(len(suite(name)) for name in ("raw", "core", "published"))
    (stopped,) = [one for one in evaluations if not one.passed]
    assert stopped.metadata["unexpected"].value == 3


def test_what_does_not_apply_passes_and_says_so() -> None:
    one = replace(results("core", None).results[0], outcome="not_applicable")
    outcome = module.check_result("core", one)
    assert outcome.passed
    assert outcome.metadata["outcome"].value == "not_applicable"


def test_every_check_belongs_to_an_asset_of_the_project() -> None:
    from orchestration.defs.landing.assets import STREAMS, raw_key, stream_catalogue
    from orchestration.defs.warehouse.assets import warehouse

    landed = {raw_key(stream) for stream in STREAMS.values()} | stream_catalogue.keys
    known = landed | set(warehouse.keys)
    for name in ("raw", "core", "published"):
        assert set(tables(name)) <= known
