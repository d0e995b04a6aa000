"""An extract that is stopped anywhere goes on, and ends as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from orchestration.cli import main
from orchestration.files import write_whole
from orchestration.sources.api import Options, ServiceUnavailable, run
from orchestration.sources.api.client import TRIES, Client
from orchestration.sources.api.journal import Journal
from orchestration.sources.api.notes import moment
from orchestration.sources.write import Landing
from orchestration.workspace import PROJECT_ROOT
from tests.extract.conftest import NOW, TOKEN, Desk
from tests.extract.github_service import REPOSITORY, GitHub, make_pull
from tests.extract.pagerduty_service import PagerDuty
from tests.fixtures.rest_server import Reply, serving

SINCE = Options(since=moment("2026-08-31T00:00:00Z"))


class Killed(BaseException):
    """Stands for a process that is gone."""


@contextmanager
def killed_at(number: int, where: Any, name: str) -> Iterator[None]:
    """The call with this number never comes to its end."""
    original: Callable[..., Any] = getattr(where, name)
    calls = 0

    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            raise Killed
        return original(*arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, name, counted)
        with pytest.raises(Killed):
            yield


@pytest.mark.parametrize(("where", "name", "step"), [(Client, "get", 1), (Journal, "keep", 4)])
def test_stopped_at_any_request_of_github_it_ends_with_the_same_records(
    tmp_path: Path, where: Any, name: str, step: int
) -> None:
    """Before a request is sent, and after its answer came and before it is kept."""
    service = GitHub()
    service.pulls, service.deployments = service.pulls[:3], service.deployments[:1]
    service.commits, service.runs = service.commits[:3], service.runs[1:2]
    with serving(service) as server:
        whole = Desk(server, tmp_path / "whole")
        whole.github()
        n_requests = len(server.requests)
        expected = whole.records()
        for number in range(1, n_requests + 1, step):
            desk = Desk(server, tmp_path / str(number))
            with killed_at(number, where, name):
                desk.github()
            assert desk.shown() == []
            server.requests.clear()
            desk.github()
            # What was finished is not asked again.
            assert len(server.requests) == n_requests - (number - 1)
            assert desk.records() == expected
            assert desk.shown() == whole.shown()


def test_stopped_at_any_request_of_pagerduty_it_ends_with_the_same_records(
    tmp_path: Path,
) -> None:
    service = PagerDuty()
    service.incidents, service.log_entries = service.incidents[:3], service.log_entries[:9]
    with serving(service) as server:
        whole = Desk(server, tmp_path / "whole")
        whole.pagerduty(SINCE)
        n_requests = len(server.requests)
        for number in range(1, n_requests + 1):
            desk = Desk(server, tmp_path / str(number))
            with killed_at(number, Client, "get"):
                desk.pagerduty(SINCE)
            assert desk.shown() == []
            server.requests.clear()
            desk.pagerduty(SINCE)
            assert len(server.requests) == n_requests - (number - 1)
            assert desk.records("pagerduty") == whole.records("pagerduty")


@pytest.mark.parametrize(
    ("where", "name", "number"),
    [
        (Landing, "publish", 1),
        *((os, "replace", number) for number in (1, 5, 10)),
        *((run, "write_manifest", number) for number in (1, 5)),
        (run.Note, "write", 1),
        (Journal, "remove", 1),
    ],
)
def test_stopped_while_it_is_shown_it_ends_with_the_same_files(
    desk: Desk, tmp_path: Path, where: Any, name: str, number: int
) -> None:
    whole = Desk(desk.server, tmp_path / "whole")
    whole.github()
    with killed_at(number, where, name):
        desk.github()
    assert set(desk.shown()) <= set(whole.shown())
    before = len(desk.server.requests)
    desk.github()
    assert desk.records() == whole.records() or name == "remove"
    if name == "remove":
        # All was in place: the next call is the next extract.
        assert len({file.split("/")[2] for file in desk.shown()}) == 2
    else:
        assert len(desk.server.requests) == before
        assert desk.shown() == whole.shown()
    assert not list(desk.landing.glob(".extracts/*/*/*/journal*"))
    assert not list(desk.landing.glob(".*-aside"))


def test_a_process_that_is_killed_leaves_nothing_half_written(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    with serving(GitHub()) as server:
        command = [sys.executable, "-m", "orchestration.cli", "extract", "github"]
        command += ["harbourline/checkout", "--landing", str(landing), "--api-url", server.url]
        environment = os.environ | {"GITHUB_TOKEN": TOKEN}
        server.script[20] = Reply(fault="slow")
        process = subprocess.Popen(
            command, cwd=PROJECT_ROOT, env=environment, stderr=subprocess.DEVNULL
        )
        while len(server.requests) < 20:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        desk = Desk(server, landing)
        assert desk.shown() == []
        server.released.set()
        server.script.clear()
        server.requests.clear()
        desk.github()
        n_after_kill = len(server.requests)
        whole = Desk(server, tmp_path / "whole")
        whole.github()
        assert len(server.requests) - n_after_kill == 19 + n_after_kill
        assert desk.records() == whole.records()


def test_it_goes_on_with_the_moment_at_which_it_began(desk: Desk) -> None:
    desk.server.script[9] = Reply(status=404)
    desk.server.script[12] = Reply(status=403)
    with pytest.raises(Exception, match="may not read this"):
        desk.github()
    later = NOW.replace(day=12)
    found = desk.github(now=later)
    assert found.until == NOW
    assert any(
        "going on with the extract of 2026-09-10T00:00:00Z; 11 answers" in s for s in desk.said
    )


def test_a_service_that_stays_away_is_asked_again_later(desk: Desk) -> None:
    desk.server.script = {number: Reply(status=502) for number in range(5, 5 + TRIES)}
    with pytest.raises(ServiceUnavailable, match="goes on where it stopped"):
        desk.github()
    assert desk.shown() == []
    desk.github()
    assert len(desk.records()["pull_requests"]) == 5


def test_what_shifts_between_pages_is_written_once(desk: Desk, github: GitHub) -> None:
    answer = github.__call__

    def shifting(request: Any) -> Reply:
        if request.path.endswith("/pulls") and request.said.get("page") == "2":
            github.pulls.insert(0, make_pull(6, 6))
        return answer(request)

    desk.server.answer = shifting
    found = desk.github()
    numbers = [record["number"] for record in desk.records()["pull_requests"]]
    assert numbers == [5, 4, 3, 2, 1]
    assert found.records["pull_requests"] == 5


def test_a_damaged_journal_is_named(desk: Desk) -> None:
    desk.github()
    (note,) = desk.landing.glob(".extracts/*/*/*/note.json")
    write_whole(note.with_name("journal.sqlite"), "no database " * 100)
    with pytest.raises(Exception, match=r"journal\.sqlite is damaged\. Remove it"):
        desk.github(now=NOW.replace(day=11))


def test_the_streams_can_be_fewer_when_it_goes_on(desk: Desk) -> None:
    desk.server.script[12] = Reply(status=403)
    with pytest.raises(Exception, match="--stream"):
        desk.github()
    found = desk.github(Options(streams=frozenset({"issues", "commits"})))
    assert found.records == {"commits": 5, "issues": 3}
    assert sorted(desk.records()) == ["commits", "issues"]


def test_stopped_by_hand_it_says_how_to_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setattr("time.sleep", interrupt)
    desk.server.script[5] = Reply(status=429, headers={"Retry-After": "3000"})
    arguments = ["--landing", str(desk.landing), "--api-url", desk.server.url]
    assert main(["extract", "github", REPOSITORY, *arguments]) == 130
    printed = capsys.readouterr().err
    assert "going on at" in printed
    assert "the same command goes on from here" in printed
    assert main(["extract", "github", REPOSITORY, *arguments]) == 0
    assert main(["extract", "github", REPOSITORY, "--since", "soon", *arguments]) == 1
    assert "'soon' is no date" in capsys.readouterr().err
