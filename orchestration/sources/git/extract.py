"""One clone into the landing folder, from where the last extract of it ended."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from orchestration.files import write_whole
from orchestration.sources.git.history import Clone, Commit, Tag
from orchestration.sources.git.recognise import Merge, merge_of
from orchestration.sources.git.records import (
    commit_record,
    deployment_records,
    pull_request_record,
    release_record,
)
from orchestration.sources.write import Landing

# v1.2.3, 1.2, release-2026.10.1, name/v1.2.3: a version, and nothing after it.
VERSION = r"(.*[-/_])?v?\d+(\.\d+)+"
_NOTES = ".extracted-git"
_TOLD_EVERY = 20_000

Log = Callable[[str], None]


@dataclass
class Extracted:
    """What one call wrote; all zero where the clone has nothing new."""

    repository: str
    n_commits: int = 0
    n_pull_requests: int = 0
    n_releases: int = 0
    n_deployments: int = 0

    def __str__(self) -> str:
        if not (self.n_commits or self.n_releases):
            return f"{self.repository}: nothing new"
        return (
            f"{self.repository}: {self.n_commits:,} commits,"
            f" {self.n_pull_requests:,} merged pull requests, {self.n_releases:,} releases,"
            f" {self.n_deployments:,} of them deployments to production"
        )


@dataclass(frozen=True)
class _Note:
    """Where the last extract ended: the tip, and the commit of each tag."""

    tip: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class _Waiting:
    """A pull request whose author is known once the last commit of its branch is read."""

    merge: Merge
    merged_by: Commit


def extract_repository(
    folder: Path,
    landing: Path,
    *,
    branch: str | None = None,
    production_tags: str = VERSION,
    at: datetime | None = None,
    log: Log = lambda message: None,
) -> Extracted:
    """Write what is new on a branch of a clone: commits, merged pull requests, tags as releases.

    Tags whose whole name matches `production_tags` count as successful deployments to production;
    an empty text means that none does. `at` names the extract, by default now, UTC. Files appear
    when all of them are complete, and where the next extract starts is noted after that: one that
    was killed is written again. Raises GitError.
    """
    clone = Clone(folder)
    repository = clone.repository
    branch = branch or clone.default_branch
    tip = clone.tip(branch)
    note_file = landing / _NOTES / f"{_slug(repository)}.json"
    note = _read(note_file)
    # A rewritten history is read anew; records that are there already change nothing.
    known = note.tip if note.tip and clone.holds(note.tip, tip) else None
    is_production = re.compile(production_tags)
    tags = [tag for tag in clone.tags() if note.tags.get(tag.name) != tag.commit_sha]
    found = Extracted(repository)
    if known == tip and not tags:
        return found
    place = Landing(landing, part=_slug(repository))
    extracted = (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H-%M-%SZ")
    name = branch.removeprefix("origin/")

    def write(stream: str, record: dict[str, object]) -> None:
        place.add("github", stream, extracted, record)

    def write_pull_request(merge: Merge, merged_by: Commit, author: Commit) -> None:
        write("pull_requests", pull_request_record(repository, name, merge, merged_by, author))
        found.n_pull_requests += 1

    mainline = tip
    waiting: dict[str, list[_Waiting]] = {}
    for commit in clone.commits(tip, known):
        write("commits", commit_record(repository, commit))
        found.n_commits += 1
        if found.n_commits % _TOLD_EVERY == 0:
            log(f"{repository}: {found.n_commits:,} commits")
        for one in waiting.pop(commit.sha, []):
            write_pull_request(one.merge, one.merged_by, author=commit)
        if commit.sha != mainline:
            continue
        mainline = commit.parents[0] if commit.parents else ""
        merge = merge_of(commit)
        if merge is None or not commit.parents:
            continue
        if len(commit.parents) > 1:
            waiting.setdefault(commit.parents[1], []).append(_Waiting(merge, commit))
        else:
            write_pull_request(merge, commit, author=commit)
    # The branch was read by an earlier extract: who merged stands for who wrote.
    for one in chain.from_iterable(waiting.values()):
        write_pull_request(one.merge, one.merged_by, author=one.merged_by)
    _write_tags(write, repository, tags, is_production, found)
    place.publish()
    kept = {"tip": tip, "tags": note.tags | {tag.name: tag.commit_sha for tag in tags}}
    note_file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(note_file, json.dumps(kept))
    return found


def _write_tags(
    write: Callable[[str, dict[str, object]], None],
    repository: str,
    tags: list[Tag],
    is_production: re.Pattern[str],
    found: Extracted,
) -> None:
    for tag in tags:
        counts = bool(is_production.pattern and is_production.fullmatch(tag.name))
        write("releases", release_record(repository, tag, is_final=counts))
        found.n_releases += 1
        if counts:
            deployment, status = deployment_records(repository, tag)
            write("deployments", deployment)
            write("deployment_statuses", status)
            found.n_deployments += 1


def _read(file: Path) -> _Note:
    return _Note(**json.loads(file.read_text())) if file.exists() else _Note()


def _slug(repository: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "-", repository)
