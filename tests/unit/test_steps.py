"""Steps that fail are tried again or told of; steps of landing can be told to read again."""

import json
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration.alerts import Alert
from orchestration.defs.alerts import AlertsResource, alert_on_failure
from orchestration.defs.landing.assets import landing_asset
from orchestration.defs.landing.freshness import CHECK, WATCHED, landing_freshness
from orchestration.defs.resources import WorkspaceResource
from orchestration.defs.retries import retried
from orchestration.landing import load_contracts
from orchestration.release.write import ReleaseError
from orchestration.run import Reload, reload_config
from orchestration.warehouse.connection import WarehouseBusy

COMMITS = load_contracts()[("github", "commits")]


@dg.asset
def busy_once(context: dg.AssetExecutionContext) -> None:
    with retried():
        if context.retry_number == 0:
            raise WarehouseBusy("warehouse.duckdb is in use")


@dg.asset
def wrong() -> None:
    with retried():
        raise ReleaseError("the chain is broken")


@dg.asset
def busy() -> None:
    with retried():
        raise WarehouseBusy("warehouse.duckdb is in use")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Alert]:
    """Alerts that were sent."""
    monkeypatch.setattr("orchestration.defs.retries._WAIT_SECONDS", 0)
    found: list[Alert] = []
    monkeypatch.setattr("orchestration.defs.alerts.send", found.append)
    return found


def execute(asset: dg.AssetsDefinition) -> dg.ExecuteInProcessResult:
    job = dg.define_asset_job("some_job", [asset], hooks={alert_on_failure})
    definitions = dg.Definitions([asset], jobs=[job], resources={"alerts": AlertsResource()})
    return definitions.resolve_job_def("some_job").execute_in_process(raise_on_error=False)


def test_what_passes_by_itself_is_tried_again_and_alerts_no_one(told: list[Alert]) -> None:
    assert execute(busy_once).success
    assert told == []


def test_what_would_fail_again_fails_at_once_and_one_alert_says_where(told: list[Alert]) -> None:
    result = execute(wrong)
    assert not result.success
    assert not [event for event in result.all_events if event.is_step_up_for_retry]
    (alert,) = told
    assert alert.title == "Fairlead: some_job stopped"
    assert alert.text.startswith("wrong failed: the chain is broken")
    assert alert.run_id == result.run_id


def test_what_never_passes_sends_one_alert_with_its_own_words(told: list[Alert]) -> None:
    result = execute(busy)
    assert not result.success
    assert [event for event in result.all_events if event.is_step_up_for_retry]
    (alert,) = told
    assert alert.text.startswith("busy failed: warehouse.duckdb is in use")


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A landing folder with one extract of commits."""
    monkeypatch.setenv("FAIRLEAD_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("FAIRLEAD_HOME", str(tmp_path / "home"))
    extract = tmp_path / "landing" / "github" / "commits" / "2026-01-01"
    extract.mkdir(parents=True)
    commit = {"sha": "a1", "commit": {"committer": {"date": "2026-01-01T00:00:00Z"}}}
    (extract / "part-000.jsonl").write_text(json.dumps(commit) + "\n")
    return tmp_path


def test_a_stream_is_read_again_where_the_run_is_told_so(folders: Path) -> None:
    asset = landing_asset(COMMITS)
    job = dg.define_asset_job("load", [asset])
    definitions = dg.Definitions(
        [asset], jobs=[job], resources={"workspace": WorkspaceResource()}
    ).resolve_job_def("load")

    def n_files_loaded(reload: Reload | None) -> object:
        result = definitions.execute_in_process(
            run_config={"ops": reload_config(reload) if reload else {}}
        )
        (event,) = result.asset_materializations_for_node(f"raw__{COMMITS.table}")
        return event.metadata["files loaded"].value

    assert n_files_loaded(None) == 1
    assert n_files_loaded(None) == 0
    assert n_files_loaded(Reload([COMMITS])) == 1
    assert n_files_loaded(Reload([COMMITS], until=datetime(2026, 1, 1, tzinfo=UTC))) == 0
    assert n_files_loaded(Reload([COMMITS], since=datetime(2026, 1, 1, tzinfo=UTC))) == 1


def test_a_stream_that_stopped_arriving_is_told_of_once_for_all(
    folders: Path, told: list[Alert], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = dg.define_asset_job("freshness", dg.AssetSelection.checks(landing_freshness))
    result = (
        dg.Definitions(
            asset_checks=[landing_freshness],
            jobs=[job],
            resources={"workspace": WorkspaceResource(), "alerts": AlertsResource()},
        )
        .resolve_job_def("freshness")
        .execute_in_process()
    )
    outcomes = {
        one.asset_key.path[-1]: (one.check_name, one.passed)
        for one in result.get_asset_check_evaluations()
    }
    assert len(outcomes) == len(WATCHED)
    assert {name for name, (_, passed) in outcomes.items() if not passed} == {COMMITS.table}
    assert outcomes[COMMITS.table][0] == CHECK
    (alert,) = told
    assert "github/commits: the newest extract is of 2026-01-01" in alert.text
