"""Dagster shows one graph from the landing streams to the sites."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import AssetKey, DagsterInstance, Definitions, SensorResult, build_sensor_context

from orchestration.defs.resources import OfflineDbtCliResource
from orchestration.landing import load_contracts
from orchestration.warehouse.project import ensure_manifest
from orchestration.workspace import Workspace


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    base = tmp_path_factory.mktemp("dagster")
    (base / "landing").mkdir()
    workspace = Workspace(landing=base / "landing", home=base / "home")
    workspace.prepare()
    before = dict(os.environ)
    os.environ.update(workspace.to_environment())
    yield workspace
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def definitions(folders: Workspace) -> Definitions:
    from orchestration.definitions import defs

    return defs()


def test_every_model_seed_and_stream_is_an_asset(definitions: Definitions) -> None:
    keys = {key.path[-1] for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    manifest = json.loads(ensure_manifest().read_text())
    nodes = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    assert nodes <= keys
    assert {stream.table for stream in load_contracts().values()} <= keys


def test_every_test_of_dbt_but_unit_tests_is_a_check(definitions: Definitions) -> None:
    checks = {key.name for key in definitions.resolve_asset_graph().asset_check_keys}
    manifest = json.loads(ensure_manifest().read_text())
    tests = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "test"}
    assert len(tests) > 100
    assert tests <= checks


def test_each_site_comes_from_every_stream(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    upstream = {AssetKey("site_leadership")}
    frontier = set(upstream)
    while frontier:
        parents = {parent for key in frontier for parent in graph.get(key).parent_keys} - upstream
        upstream |= parents
        frontier = parents
    streams = {AssetKey(["raw", one.table]) for one in load_contracts().values()}
    assert streams <= upstream


def test_every_suite_and_dbt_are_one_step_of_the_main_job(definitions: Definitions) -> None:
    """Dagster splits a step whose tables wait for each other, and each part would start anew."""
    names = {node.name for node in definitions.resolve_job_def("publish").nodes}
    steps = {"raw_suite", "warehouse", "core_suite", "published_suite"}
    assert {name for name in names if name.rstrip("_0123456789") in steps} == steps


def test_no_table_is_staged_before_the_streams_were_judged(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    judged = AssetKey(["raw", "streams"])
    assert any(key.asset_key == judged for key in graph.asset_check_keys)
    staged = [key for key in graph.get_all_asset_keys() if key.path[0] == "staging"]
    assert staged
    assert all(judged in graph.get(key).parent_keys for key in staged)


def test_the_release_stands_between_what_is_published_and_the_site(
    definitions: Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    assert graph.get(AssetKey("site_leadership")).parent_keys == {AssetKey("release")}
    before = {key.path[-1] for key in graph.get(AssetKey("release")).parent_keys}
    assert before
    assert all(name.startswith("pub_") for name in before)


def test_new_files_start_the_job_and_none_do_not(
    definitions: Definitions, folders: Workspace
) -> None:
    sensor = definitions.resolve_sensor_def("landing_sensor")
    with DagsterInstance.ephemeral() as instance:
        first = sensor(build_sensor_context(instance=instance))
        assert isinstance(first, SensorResult)
        cursor = first.cursor
        quiet = sensor(build_sensor_context(instance=instance, cursor=cursor))
        assert "no new files" in str(quiet)
        arrived = folders.landing / "github" / "commits" / "2026-01-01"
        arrived.mkdir(parents=True)
        (arrived / "part-000.jsonl").write_text("{}\n")
        news = sensor(build_sensor_context(instance=instance, cursor=cursor))
        assert isinstance(news, SensorResult)
        assert len(news.run_requests or []) == 1
        assert news.cursor != cursor


def test_a_schedule_runs_the_job(definitions: Definitions) -> None:
    schedule = definitions.resolve_schedule_def("daily")
    assert schedule.job_name == "publish"


def test_freshness_is_looked_at_every_day_and_not_by_the_main_job(
    definitions: Definitions,
) -> None:
    schedule = definitions.resolve_schedule_def("daily_freshness")
    assert schedule.job_name == "freshness"
    checks = definitions.resolve_job_def("freshness").asset_layer.asset_graph.asset_check_keys
    watched = {stream.table for stream in load_contracts().values() if stream.fresh_within_days}
    assert {key.asset_key.path[-1] for key in checks} == watched
    main = definitions.resolve_job_def("publish").asset_layer.asset_graph.asset_check_keys
    assert main
    assert not checks & main


@pytest.mark.parametrize("job", ["publish", "audit"])
def test_a_failure_of_a_job_alerts(definitions: Definitions, job: str) -> None:
    hooks = definitions.resolve_job_def(job).hook_defs
    assert {hook.name for hook in hooks} == {"alert_on_failure"}


def test_dbt_is_found_without_asking_for_its_version(
    monkeypatch: pytest.MonkeyPatch, definitions: Definitions
) -> None:
    from dagster_dbt.core import resource

    def refuse(*_: object, **__: object) -> bytes:
        raise AssertionError("dbt --version was called")

    monkeypatch.setattr(resource, "check_output", refuse)
    dbt = definitions.resources["dbt"] if definitions.resources else None
    assert isinstance(dbt, OfflineDbtCliResource)
    assert dbt._cli_version.major == 1


def test_definitions_stay_small() -> None:
    from orchestration import definitions as module

    assert module.__file__
    assert len(Path(module.__file__).read_text().splitlines()) < 50


def test_extracts_are_a_job_of_their_own_that_alerts(definitions: Definitions) -> None:
    job = definitions.resolve_job_def("extract")
    keys = {AssetKey(["extract", "github"]), AssetKey(["extract", "pagerduty"])}
    assert job.asset_layer.executable_asset_keys == keys
    assert {hook.name for hook in job.hook_defs} == {"alert_on_failure"}
    assert not keys & definitions.resolve_job_def("publish").asset_layer.executable_asset_keys
