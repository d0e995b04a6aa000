"""Reading a clone with the git command: commits, tags, and what the repository is called."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_FIELDS = ("%H", "%P", "%aI", "%cI", "%aE", "%aN", "%B")
_BLOCK_BYTES = 1 << 16
_REMOTE = re.compile(r"[:/]([^/:]+/[^/]+?)(?:\.git)?/?$")


class GitError(Exception):
    """git could not read a folder; the message says which and what to do."""


@dataclass(frozen=True)
class Commit:
    """One commit; times are ISO 8601 with the offset of the place where it was made."""

    sha: str
    parents: tuple[str, ...]
    authored_at: str
    committed_at: str
    author_email: str
    author_name: str
    message: str

    @property
    def subject(self) -> str:
        return self.message.partition("\n")[0].strip()


@dataclass(frozen=True)
class Tag:
    """A tag, the commit that it names, and when it was made."""

    name: str
    commit_sha: str
    tagged_at: str


class Clone:
    """A clone on this machine. Nothing is fetched and nothing is written into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self._git("rev-parse", "--git-dir")
        except FileNotFoundError:
            raise GitError("the git command is not installed, or not on PATH") from None

    @property
    def repository(self) -> str:
        """`owner/name` of the remote, else `local/<folder>`."""
        url = self._git("config", "--get", "remote.origin.url", may_fail=True)
        match = _REMOTE.search(url)
        return match.group(1) if match else f"local/{self.folder.resolve().name}"

    @property
    def default_branch(self) -> str:
        """The remote's default branch, else the one that is checked out."""
        remote = self._git("symbolic-ref", "--short", "refs/remotes/origin/HEAD", may_fail=True)
        branch = remote or self._git("symbolic-ref", "--short", "HEAD", may_fail=True)
        if not branch:
            raise GitError(f"{self.folder}: no branch is checked out; name one with --branch")
        return branch

    def tip(self, branch: str) -> str:
        """The commit at the end of a branch. Raises GitError where there is none."""
        sha = self._git("rev-parse", "--verify", "--quiet", f"{branch}^{{commit}}", may_fail=True)
        if not sha:
            raise GitError(f"{self.folder}: there is no branch {branch!r} with a commit")
        return sha

    def holds(self, sha: str, tip: str) -> bool:
        """Whether a commit is part of the history that ends at `tip`."""
        command = self._command("merge-base", "--is-ancestor", sha, tip)
        return subprocess.run(command, capture_output=True, env=_environment()).returncode == 0

    def commits(self, tip: str, known: str | None = None) -> Iterator[Commit]:
        """Commits that end at `tip`, each before its parents; without those that `known` holds.

        Read as they come: memory holds one block, however long the history is.
        """
        log = ["log", "--topo-order", "-z", f"--format={'%x00'.join(_FIELDS)}", tip]
        if known:
            log.append(f"^{known}")
        fields: list[str] = []
        for token in self._tokens([*log, "--"]):
            fields.append(token)
            if len(fields) == len(_FIELDS):
                sha, parents, *rest = fields
                yield Commit(sha, tuple(parents.split()), *rest)
                fields = []

    def tags(self) -> list[Tag]:
        """Every tag of a commit, in order of name."""
        form = "%(refname:strip=2)%00%(objectname)%00%(*objectname)%00%(creatordate:iso-strict)"
        listed = self._git("for-each-ref", "--sort=refname", f"--format={form}", "refs/tags")
        found = []
        for line in listed.splitlines():
            name, own, peeled, tagged_at = line.split("\0")
            if tagged_at:
                found.append(Tag(name, peeled or own, tagged_at))
        return found

    def _tokens(self, arguments: Sequence[str]) -> Iterator[str]:
        with subprocess.Popen(
            self._command(*arguments), stdout=subprocess.PIPE, env=_environment()
        ) as process:
            assert process.stdout is not None
            rest = b""
            while block := process.stdout.read(_BLOCK_BYTES):
                *tokens, rest = (rest + block).split(b"\0")
                for token in tokens:
                    yield token.decode("utf-8", errors="replace")
        if process.returncode != 0:
            raise GitError(f"{self.folder}: git ended with {process.returncode} while reading it")

    def _git(self, *arguments: str, may_fail: bool = False) -> str:
        done = subprocess.run(self._command(*arguments), capture_output=True, env=_environment())
        if done.returncode != 0 and not may_fail:
            words = done.stderr.decode(errors="replace").strip().partition("\n")[0]
            raise GitError(f"{self.folder}: {words.removeprefix('fatal: ')}")
        return done.stdout.decode("utf-8", errors="replace").strip() if not done.returncode else ""

    def _command(self, *arguments: str) -> list[str]:
        return ["git", "-C", str(self.folder), "-c", "i18n.logOutputEncoding=UTF-8", *arguments]


def _environment() -> dict[str, str]:
    """git as it is, without its pager, its locks and the settings of a surrounding repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"GIT_OPTIONAL_LOCKS": "0", "GIT_PAGER": "cat", "LC_ALL": "C.UTF-8"}
