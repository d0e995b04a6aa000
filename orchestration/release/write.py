"""Writing a release: aside, then in place by one rename."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from orchestration.files import sha256_of
from orchestration.release.manifest import (
    MANIFEST,
    Manifest,
    ReleasedFile,
    chain_problems,
    manifest_sha256,
    read_manifest,
    releases_in,
)
from orchestration.workspace import PROJECT_ROOT

# Manager and employee data are not in releases: retention and correction must reach them.
AUDIENCES = ("leadership",)
_PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "pandas", "numpy", "pyarrow")
_ASIDE = ".writing-"


class ReleaseError(Exception):
    """The release cannot be written; the message says what to do."""


@dataclass(frozen=True)
class ReleaseSource:
    """What a release is made from (the file of the tables to publish) and under which policy."""

    tables: Path
    as_of: datetime
    known_at: datetime
    policy_version: str
    checks: dict[str, int]


@dataclass(frozen=True)
class WrittenRelease:
    """Where the release is; `is_new` is False when an equal one was there already."""

    folder: Path
    manifest: Manifest
    is_new: bool


Verify = Callable[[Path], list[str]]


def write_release(
    releases: Path, source: ReleaseSource, verify: Verify = lambda folder: []
) -> WrittenRelease:
    """Write the published tables as the next release of a folder.

    `verify` looks at the files before they are in place and returns what is wrong, in words.

    A release appears whole or not at all: it is written aside and renamed. When the
    newest release already says the same, none is added. Raises ReleaseError when an
    earlier release was changed, when nothing is published, or when `verify` finds something.
    """
    releases.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(releases)
    problems = chain_problems(releases)
    if problems:
        raise ReleaseError(
            "earlier releases are not as they were written: "
            + "; ".join(problems)
            + ". Restore them from a backup, or start a new releases folder."
        )
    earlier = releases_in(releases)
    newest = earlier[-1] if earlier else None
    aside = releases / f"{_ASIDE}{os.getpid()}"
    aside.mkdir()
    try:
        files = _export(source.tables, aside)
        wrong = verify(aside)
        if wrong:
            raise ReleaseError("; ".join(wrong))
        manifest = _draft(files, source, newest)
        if newest and _says_the_same(manifest, read_manifest(newest)):
            return WrittenRelease(newest, read_manifest(newest), is_new=False)
        (aside / MANIFEST).write_text(manifest.to_json())
        _flush_to_disk(aside)
        folder = releases / manifest.release_id
        aside.rename(folder)
        _sync_folder(releases)
        return WrittenRelease(folder, manifest, is_new=True)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _remove_leftovers(releases: Path) -> None:
    for leftover in releases.glob(f"{_ASIDE}*"):
        shutil.rmtree(leftover)


def _export(tables: Path, folder: Path) -> list[ReleasedFile]:
    files = []
    connection = duckdb.connect(tables, read_only=True)
    try:
        for audience in AUDIENCES:
            names = connection.execute(
                "select table_name from duckdb_tables() where schema_name = ? order by table_name",
                [audience],
            ).fetchall()
            if not names:
                raise ReleaseError(f"no table is published for {audience}; run the whole job again")
            (folder / audience).mkdir()
            for (table,) in names:
                file = folder / audience / f"{table}.parquet"
                files.append(_export_table(connection, audience, table, file))
    finally:
        connection.close()
    return files


def _export_table(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, file: Path
) -> ReleasedFile:
    # One order and one thread: the same rows make the same bytes.
    connection.execute("set threads = 1")
    connection.execute(
        f'copy (select * from "{schema}"."{table}" order by all) '
        f"to '{str(file).replace(chr(39), chr(39) * 2)}' "
        "(format parquet, compression zstd)"
    )
    counted = connection.execute(f'select count(*) from "{schema}"."{table}"').fetchone()
    assert counted is not None
    return ReleasedFile(
        path=f"{schema}/{table}.parquet",
        sha256=sha256_of(file),
        n_rows=int(counted[0]),
    )


def _draft(files: list[ReleasedFile], source: ReleaseSource, newest: Path | None) -> Manifest:
    previous = read_manifest(newest) if newest else None
    draft = Manifest(
        release_id="",
        sequence=previous.sequence + 1 if previous else 1,
        as_of=source.as_of.isoformat(),
        known_at=source.known_at.isoformat(),
        policy_version=source.policy_version,
        project_version=version("fairlead"),
        git_commit=_git_commit(),
        packages={name: version(name) for name in _PACKAGES},
        checks=source.checks,
        previous_release_id=previous.release_id if previous else None,
        previous_sha256=manifest_sha256(newest) if newest else None,
        files=files,
    )
    release_id = f"{draft.sequence:04d}-{source.as_of:%Y-%m-%d}-{draft.content_sha256()[:8]}"
    return replace(draft, release_id=release_id)


def _says_the_same(draft: Manifest, newest: Manifest) -> bool:
    return draft.content_sha256() == newest.content_sha256()


def _git_commit() -> str | None:
    """The commit of the project, marked when files differ from it; None outside git."""

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments],
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")
        return f"{commit}+changes" if git("status", "--porcelain") else commit
    except (OSError, subprocess.CalledProcessError):
        return None


def _flush_to_disk(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
