"""The same extracts as assets: what their metadata say, and what is tried again."""

from __future__ import annotations

import os

import pytest
from dagster import DagsterInstance, materialize
from dagster._core.errors import DagsterMaxRetriesExceededError

from orchestration.defs.extract.assets import github, pagerduty
from orchestration.sources.api import ExtractError, TokenError
from orchestration.sources.api.client import TRIES
from tests.extract.conftest import TOKEN, Desk
from tests.extract.github_service import REPOSITORY
from tests.fixtures.rest_server import Reply


@pytest.fixture
def folders(desk: Desk, pager: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRLEAD_LANDING", str(desk.landing))
    monkeypatch.setenv("FAIRLEAD_HOME", str(desk.landing.with_name("home")))
    for name in ("GITHUB", "PAGERDUTY"):
        monkeypatch.setenv(f"{name}_TOKEN", TOKEN)
    monkeypatch.setenv("FAIRLEAD_GITHUB_URL", desk.server.url)
    monkeypatch.setenv("FAIRLEAD_PAGERDUTY_URL", pager.server.url)
    monkeypatch.setenv("FAIRLEAD_GITHUB_REPOSITORIES", REPOSITORY)


def made(*assets, config=None):
    with DagsterInstance.ephemeral() as instance:
        run_config = {"ops": config} if config else None
        result = materialize(list(assets), instance=instance, run_config=run_config)
    return [event.materialization.metadata for event in result.get_asset_materialization_events()]


def test_an_asset_says_records_by_stream_and_the_window(folders: None, desk: Desk) -> None:
    since = {"since": "2026-08-31"}
    config = {"extract__pagerduty": {"config": since}}
    of_github, of_pagerduty = made(github, pagerduty, config=config)
    assert of_github["pull_requests"].value == 5
    assert of_github["since"].value == "the beginning"
    assert of_pagerduty["incidents"].value == 5
    assert of_pagerduty["since"].value == "2026-08-31T00:00:00Z"
    assert len(desk.records()["pull_requests"]) == 5


def test_repositories_can_be_configured(folders: None, desk: Desk) -> None:
    config = {"repositories": ["harbourline/none", REPOSITORY], "streams": ["issues"]}
    with pytest.raises(ExtractError, match="harbourline/none: there is no such thing"):
        made(github, config={"extract__github": {"config": config}})
    # What is wrong with one keeps nothing from the others.
    assert list(desk.records()) == ["issues"]


def test_what_is_not_set_up_is_passed_over(folders: None, desk: Desk) -> None:
    for name in ("FAIRLEAD_GITHUB_REPOSITORIES", "PAGERDUTY_TOKEN"):
        del os.environ[name]
    of_github, of_pagerduty = made(github, pagerduty)
    assert of_github["repositories"].value == 0
    assert of_pagerduty["accounts"].value == 0
    assert desk.server.requests == []


def test_a_service_that_does_not_answer_is_asked_again_and_a_refusal_is_not(
    folders: None, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.server.answer = lambda request: Reply(status=401)
    with pytest.raises(TokenError):
        made(github)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr("orchestration.defs.retries._WAIT_SECONDS", 0)
    n_before = len(desk.server.requests)
    desk.server.answer = lambda request: Reply(status=500)
    with pytest.raises(DagsterMaxRetriesExceededError):
        made(github)
    assert len(desk.server.requests) - n_before == TRIES * 3
