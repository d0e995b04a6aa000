"""A clone becomes extracts: what a history tells is there, and what it does not is unknown."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.cli import main
from orchestration.landing import load_contracts
from orchestration.landing.check import check_landing
from orchestration.sources.git import Extracted, GitError, extract_repository

FIRST = datetime(2026, 10, 1, tzinfo=UTC)
SECOND = datetime(2026, 10, 2, tzinfo=UTC)
ADA = ("Ada Larsson", "12+ada@users.noreply.github.com")
BEN = ("Ben Okoro", "Ben.Okoro@harbourline.example")
BOT = ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")


class Repository:
    """A repository to make history in, a minute per commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._minute = 0
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", "git@example.com:harbourline/checkout.git")

    def git(self, *arguments: str, **environment: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, message: str, author: tuple[str, str] = ADA, **parents: str) -> str:
        """A commit on the current branch; `merge` names a branch that it merges."""
        self._minute += 1
        when = f"2026-09-01T10:{self._minute:02}:00+05:30"
        who = {
            "GIT_AUTHOR_NAME": author[0],
            "GIT_AUTHOR_EMAIL": author[1],
            "GIT_AUTHOR_DATE": when,
            "GIT_COMMITTER_NAME": author[0],
            "GIT_COMMITTER_EMAIL": author[1],
            "GIT_COMMITTER_DATE": when,
        }
        if "merge" in parents:
            self.git("merge", "--quiet", "--no-ff", "-m", message, parents["merge"], **who)
        else:
            self.git("commit", "--quiet", "--allow-empty", "-m", message, **who)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, *commits: tuple[str, tuple[str, str]]) -> str:
        """A branch with commits; main is checked out again."""
        self.git("checkout", "--quiet", "-b", name)
        shas = [self.commit(message, author) for message, author in commits]
        self.git("checkout", "--quiet", "main")
        return shas[-1]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    if shutil.which("git") is None:
        pytest.skip("needs the git command")
    return Repository(tmp_path / "clone")


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path / "landing"


def records(landing: Path, stream: str) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for file in sorted((landing / "github" / stream).glob("*/*.jsonl.gz"))
        for line in gzip.decompress(file.read_bytes()).splitlines()
    ]


def pull_requests(landing: Path) -> dict[int, dict[str, Any]]:
    return {record["number"]: record for record in records(landing, "pull_requests")}


def test_commits_keep_their_offsets_and_little_of_their_words(
    repository: Repository, landing: Path
) -> None:
    first = repository.commit("Start", ADA)
    second = repository.commit(
        f'Revert "Start"\n\nThis reverts commit {first}.\n\nCo-authored-by: X <x@y.example>', BEN
    )
    repository.commit("Bump", BOT)
    found = extract_repository(repository.folder, landing, at=FIRST)
    assert found == Extracted("harbourline/checkout", n_commits=3)
    assert str(found).startswith("harbourline/checkout: 3 commits, 0 merged pull requests")
    bumped, reverted, started = records(landing, "commits")
    assert started["commit"]["author"]["date"] == "2026-09-01T10:01:00+05:30"
    assert started["author"] == {"login": "ada", "type": "User"}
    assert reverted["sha"] == second
    assert reverted["parents"] == [{"sha": first}]
    assert reverted["author"]["login"] == "ben.okoro@harbourline.example"
    assert reverted["commit"]["message"] == f'Revert "Start"\n\nThis reverts commit {first}'
    assert bumped["author"] == {"login": "dependabot[bot]", "type": "Bot"}


@pytest.mark.parametrize(
    ("words", "number", "title", "branch"),
    [
        ("Merge pull request #7 from ada/lanes\n\nAdd lanes", 7, "Add lanes", "lanes"),
        ("Merged in lanes (pull request #7)\n\nAdd lanes", 7, "Add lanes", "lanes"),
        (
            "Merge branch 'lanes' into 'main'\n\nAdd lanes\n\nSee merge request harbour/x!7",
            7,
            "Add lanes",
            "lanes",
        ),
    ],
)
def test_merges_are_recognised_by_the_words_of_their_tool(
    repository: Repository, landing: Path, words: str, number: int, title: str, branch: str
) -> None:
    base = repository.commit("Start", BEN)
    head = repository.branch("lanes", ("One", ADA), ("Two", ADA))
    merged = repository.commit(words, BEN, merge="lanes")
    found = extract_repository(repository.folder, landing, at=FIRST)
    assert (found.n_commits, found.n_pull_requests) == (4, 1)
    record = pull_requests(landing)[number]
    assert record["title"] == title
    assert record["user"]["login"] == "ada"
    assert record["head"] == {"ref": branch, "sha": head}
    assert record["merge_commit_sha"] == merged
    assert record["base"]["sha"] == base
    assert record["base"]["repo"]["default_branch"] == "main"
    assert record["merged_at"] == "2026-09-01T10:04:00+05:30"
    assert "created_at" not in record


def test_squashes_are_recognised_and_other_commits_are_not(
    repository: Repository, landing: Path
) -> None:
    repository.commit("Start", BEN)
    squashed = repository.commit("Add lanes (#8)\n\n* one\n* two", ADA)
    repository.commit('Revert "Add lanes (#8)" (#9)', BEN)
    repository.commit("Fix (see #10)", BEN)
    repository.branch("side", ("Not on main (#11)", ADA))
    repository.commit("Merge branch 'side'", BEN, merge="side")
    extract_repository(repository.folder, landing, at=FIRST)
    found = pull_requests(landing)
    assert sorted(found) == [8, 9]
    assert found[8]["title"] == "Add lanes"
    assert found[8]["merge_commit_sha"] == squashed
    assert found[8]["head"] == {"ref": None, "sha": None}
    assert found[9]["title"] == 'Revert "Add lanes (#8)"'


def test_version_tags_are_deployments_and_other_tags_are_not(
    repository: Repository, landing: Path
) -> None:
    sha = repository.commit("Start", ADA)
    for tag in ("v1.0.0", "2.0-rc1", "nightly", "app/v3.1"):
        repository.git("tag", tag)
    found = extract_repository(repository.folder, landing, at=FIRST)
    assert (found.n_releases, found.n_deployments) == (4, 2)
    assert {one["ref"] for one in records(landing, "deployments")} == {"v1.0.0", "app/v3.1"}
    assert {one["state"] for one in records(landing, "deployment_statuses")} == {"success"}
    assert {one["target_commitish"] for one in records(landing, "releases")} == {sha}


@pytest.mark.parametrize(("pattern", "expected"), [("", set()), ("night.*", {"nightly"})])
def test_which_tags_are_deployments_can_be_said(
    repository: Repository, landing: Path, pattern: str, expected: set[str]
) -> None:
    repository.commit("Start", ADA)
    for tag in ("v1.0.0", "nightly"):
        repository.git("tag", tag)
    arguments = ["--landing", str(landing), "--production-tags", pattern]
    assert main(["extract", "git", str(repository.folder), *arguments]) == 0
    assert {one["ref"] for one in records(landing, "deployments")} == expected


def test_the_next_extract_holds_only_what_is_new(repository: Repository, landing: Path) -> None:
    repository.commit("Start", ADA)
    repository.branch("lanes", ("One", ADA))
    extract_repository(repository.folder, landing, at=FIRST)
    assert extract_repository(repository.folder, landing, at=SECOND).n_commits == 0
    assert len(list((landing / "github" / "commits").iterdir())) == 1
    repository.commit("Merge pull request #1 from ada/lanes\n\nAdd lanes", BEN, merge="lanes")
    repository.git("tag", "v1.0")
    found = extract_repository(repository.folder, landing, at=SECOND)
    assert (found.n_commits, found.n_pull_requests, found.n_deployments) == (2, 1, 1)
    assert (
        str(extract_repository(repository.folder, landing)) == "harbourline/checkout: nothing new"
    )


def test_an_extract_in_steps_holds_what_one_at_once_holds(
    repository: Repository, landing: Path, tmp_path: Path
) -> None:
    steps = tmp_path / "steps"
    repository.commit("Start", ADA)
    for number in range(6):
        repository.branch(f"b{number}", (f"Work {number}", ADA))
        words = f"Merge pull request #{number} from ada/b{number}\n\nWork {number}"
        repository.commit(words, BEN, merge=f"b{number}")
        repository.git("tag", f"v1.{number}")
        extract_repository(repository.folder, steps, at=datetime(2026, 10, number + 1, tzinfo=UTC))
    extract_repository(repository.folder, landing, at=FIRST)
    for stream in ("commits", "pull_requests", "releases", "deployments"):
        assert sorted(map(json.dumps, records(steps, stream))) == sorted(
            map(json.dumps, records(landing, stream))
        )


def test_a_rewritten_history_is_read_anew(repository: Repository, landing: Path) -> None:
    repository.commit("Start", ADA)
    repository.commit("Wrong", ADA)
    extract_repository(repository.folder, landing, at=FIRST)
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    repository.commit("Right", ADA)
    assert extract_repository(repository.folder, landing, at=SECOND).n_commits == 2


def test_a_killed_extract_leaves_nothing_and_is_written_again(
    repository: Repository, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("Start", ADA)

    def killed(_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr("orchestration.sources.git.extract.Landing.publish", killed)
        with pytest.raises(KeyboardInterrupt):
            extract_repository(repository.folder, landing, at=FIRST)
    assert not (landing / "github").exists()
    assert extract_repository(repository.folder, landing, at=FIRST).n_commits == 1


def test_what_is_written_is_what_the_contracts_ask_for(
    repository: Repository, landing: Path
) -> None:
    repository.commit("Start", ADA)
    repository.branch("lanes", ("One", BOT))
    repository.commit("Merge pull request #1 from ada/lanes\n\nAdd lanes", BEN, merge="lanes")
    repository.commit("Add more (#2)", ADA)
    repository.git(
        "tag", "-a", "v1.0", "-m", "First", GIT_COMMITTER_NAME="A", GIT_COMMITTER_EMAIL="a"
    )
    extract_repository(repository.folder, landing, at=FIRST)
    checked = check_landing(landing, load_contracts())
    assert checked.findings == []
    assert checked.n_rows == 4 + 2 + 1 + 1 + 1


def test_faults_name_the_folder_and_the_others_are_extracted(
    repository: Repository, landing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit("Start", ADA)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    empty = Repository(tmp_path / "empty")
    paths = [str(path) for path in (elsewhere, empty.folder, repository.folder)]
    assert main(["extract", "git", *paths, "--landing", str(landing)]) == 1
    printed = capsys.readouterr()
    assert f"{elsewhere}: not a git repository" in printed.err
    assert f"{empty.folder}: there is no branch 'main' with a commit" in printed.err
    assert "harbourline/checkout: 1 commits" in printed.out
    with pytest.raises(GitError, match="there is no branch 'gone'"):
        extract_repository(repository.folder, landing, branch="gone")
