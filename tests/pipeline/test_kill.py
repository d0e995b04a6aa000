"""A run that was killed and run again ends like one that was not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from orchestration.release.manifest import releases_in
from orchestration.workspace import PROJECT_ROOT
from tests.pipeline.conftest import Finished, command, finish, published

KILL_BEFORE_THE_RENAME = """
import os, signal, sys
from orchestration.release import write
write._flush_to_disk = lambda folder: os.kill(os.getpid(), signal.SIGKILL)
from orchestration.cli import main
main(sys.argv[1:])
"""


def kill_while_dbt_builds(landing: Path, home: Path, model: str, with_children: bool) -> None:
    log = home / "run.log"
    log.unlink(missing_ok=True)
    run = subprocess.Popen(
        command(landing, home),
        cwd=PROJECT_ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 600
    while not (log.exists() and f"model {model}" in log.read_text()):
        assert run.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline, f"dbt did not come to {model}"
        time.sleep(0.02)
    if with_children:
        os.killpg(run.pid, signal.SIGKILL)
    else:
        run.kill()
    run.wait()


def kill_before_the_release_is_renamed(landing: Path, home: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILL_BEFORE_THE_RENAME, *command(landing, home)[3:]],
        cwd=PROJECT_ROOT,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL
    assert any((home / "releases").glob(".writing-*"))


def test_kills_while_dbt_builds_and_while_the_release_is_written_change_nothing(
    undisturbed: Finished, tmp_path: Path
) -> None:
    landing, home = undisturbed.landing, tmp_path / "home"
    kill_while_dbt_builds(landing, home, "staging.stg_people__teams", with_children=True)
    assert releases_in(home / "releases") == []
    # Now dbt itself lives on for a while, and holds the files.
    kill_while_dbt_builds(landing, home, "core.fct_changes", with_children=False)
    assert releases_in(home / "releases") == []
    kill_before_the_release_is_renamed(landing, home)
    assert releases_in(home / "releases") == []
    finish(landing, home)
    assert published(home) == published(undisturbed.home)
    assert [release.name for release in releases_in(home / "releases")] == [
        release.name for release in releases_in(undisturbed.home / "releases")
    ]
    assert not any((home / "releases").glob(".writing-*"))
