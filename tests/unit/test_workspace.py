"""A run finds its folders, and counts up to the newest extract that the loader would read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.landing.files import extract_time
from orchestration.workspace import Workspace, WorkspaceError, parse_moment


@pytest.mark.parametrize(
    "name", ["2026-08-31", "2026-08-31T06-00-00Z", "2026-08-31T06:00:00Z", "2026-08-31T060000Z"]
)
def test_every_folder_that_loads_counts_as_an_extract(tmp_path: Path, name: str) -> None:
    (tmp_path / "github" / "commits" / name).mkdir(parents=True)
    (tmp_path / "github" / "commits" / "2026-01-01").mkdir()
    (tmp_path / "github" / "commits" / "not a date").mkdir()
    assert Workspace(tmp_path, tmp_path / "home").newest_extract() == extract_time(name)


def test_a_landing_folder_without_extracts_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="holds no extract"):
        Workspace(tmp_path, tmp_path / "home").newest_extract()


def test_a_moment_is_a_date_or_a_time_with_an_offset() -> None:
    assert parse_moment("2026-10-15") == datetime(2026, 10, 15, tzinfo=UTC)
    assert parse_moment("2026-10-15T02:00:00+02:00") == datetime(2026, 10, 15, tzinfo=UTC)
    with pytest.raises(WorkspaceError, match="is no date"):
        parse_moment("15.10.2026")
