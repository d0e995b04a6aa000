"""A release appears whole or not at all, and none can be changed unnoticed."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.release import write
from orchestration.release.manifest import chain_problems, releases_in
from orchestration.release.write import ReleaseError, ReleaseSource, write_release


@pytest.fixture
def source(tmp_path: Path) -> ReleaseSource:
    reporting = tmp_path / "reporting.duckdb"
    with duckdb.connect(reporting) as connection:
        connection.execute("create schema leadership")
        connection.execute("create table leadership.brief as select 1 as position")
    moment = datetime(2026, 10, 15, tzinfo=UTC)
    return ReleaseSource(reporting, moment, moment, "policy-1", {"dbt tests passed": 1})


def publish(source: ReleaseSource, value: int) -> None:
    with duckdb.connect(source.tables) as connection:
        connection.execute("update leadership.brief set position = ?", [value])


def test_an_equal_release_is_not_written_twice(tmp_path: Path, source: ReleaseSource) -> None:
    first = write_release(tmp_path / "releases", source)
    second = write_release(tmp_path / "releases", source)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.folder == second.folder


def test_a_change_of_data_or_of_policy_is_a_new_release(
    tmp_path: Path, source: ReleaseSource
) -> None:
    write_release(tmp_path / "releases", source)
    publish(source, 2)
    write_release(tmp_path / "releases", source)
    write_release(tmp_path / "releases", replace(source, policy_version="policy-2"))
    found = releases_in(tmp_path / "releases")
    assert [release.name[:4] for release in found] == ["0001", "0002", "0003"]
    assert chain_problems(tmp_path / "releases") == []


def test_the_same_tables_make_the_same_bytes(tmp_path: Path, source: ReleaseSource) -> None:
    one = write_release(tmp_path / "one", source)
    other = write_release(tmp_path / "other", source)
    assert one.manifest == other.manifest


@pytest.mark.parametrize("fault", ["changed", "removed", "added", "manifest"])
def test_a_release_that_was_touched_stops_the_next_one(
    tmp_path: Path, source: ReleaseSource, fault: str
) -> None:
    releases = tmp_path / "releases"
    folder = write_release(releases, source).folder
    publish(source, 2)
    write_release(releases, source)
    file = folder / "leadership" / "brief.parquet"
    match fault:
        case "changed":
            file.write_bytes(file.read_bytes() + b"x")
        case "removed":
            file.unlink()
        case "added":
            (folder / "leadership" / "names.parquet").write_bytes(b"x")
        case "manifest":
            manifest = folder / "manifest.json"
            manifest.write_text(manifest.read_text().replace("policy-1", "policy-0"))
    assert chain_problems(releases) != []
    publish(source, 3)
    with pytest.raises(ReleaseError, match="not as they were written"):
        write_release(releases, source)


def test_what_a_killed_run_left_aside_is_no_release_and_is_cleared(
    tmp_path: Path, source: ReleaseSource
) -> None:
    releases = tmp_path / "releases"
    leftover = releases / ".writing-1"
    leftover.mkdir(parents=True)
    (leftover / "manifest.json").write_text("{")
    assert releases_in(releases) == []
    write_release(releases, source)
    assert not leftover.exists()


def test_a_failure_before_the_rename_leaves_nothing(
    tmp_path: Path, source: ReleaseSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(folder: Path) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(write, "_flush_to_disk", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_release(tmp_path / "releases", source)
    assert os.listdir(tmp_path / "releases") == []


def test_nothing_published_is_no_release(tmp_path: Path, source: ReleaseSource) -> None:
    with duckdb.connect(source.tables) as connection:
        connection.execute("drop table leadership.brief")
    with pytest.raises(ReleaseError, match="no table is published"):
        write_release(tmp_path / "releases", source)
