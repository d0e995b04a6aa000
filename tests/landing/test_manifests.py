"""A file that is not what its manifest says is reported, and stops nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.cli import main
from orchestration.landing.check import check_landing
from orchestration.landing.manifests import Manifest, write_manifest
from tests.landing.conftest import AT, LATER, Desk, change

PART = "part.jsonl.gz"


def declare(desk: Desk, n_records: int, name: str = PART, at: str = AT) -> Path:
    folder = desk.folder / "acme" / "changes" / at
    write_manifest(folder, "part", Manifest({name: n_records}, None, "2026-08-31T00:00:00Z"))
    return folder


def incomplete(desk: Desk) -> list[tuple[str | None, str | None, int]]:
    return desk.report("incomplete")


def test_a_file_that_is_whole_is_not_spoken_of(desk: Desk) -> None:
    desk.write([change(1), "{", change(2)], PART)
    declare(desk, 3)
    result = desk.load()
    assert (result.problems, result.gaps) == ([], [])
    assert incomplete(desk) == []
    # What was quarantined is there, too.
    assert desk.report("quarantined") == [("not_json", None, 1)]


def test_a_missing_file_is_reported_until_it_comes(desk: Desk) -> None:
    declare(desk, 2)
    desk.write([change(9)], "other.jsonl")
    for _ in range(2):
        (gap,) = desk.load().gaps
        assert gap.source_file == f"acme/changes/{AT}/{PART}"
        assert "copy it again" in gap.fix
        assert incomplete(desk) == [("missing_file", None, 2)]
    assert desk.ids() == ["9"]
    assert any("missing_file (2 records)" in line for line in desk.log)
    desk.write([change(1), change(2)], PART)
    assert desk.load().gaps == []
    assert incomplete(desk) == []


@pytest.mark.parametrize(("n_records", "differ"), [(5, 3), (1, 1)])
def test_a_file_with_another_number_of_records_loads_and_is_reported(
    desk: Desk, n_records: int, differ: int
) -> None:
    declare(desk, n_records)
    desk.write([change(1), change(2)], PART)
    (gap,) = desk.load().gaps
    assert gap.reason == "record_count"
    assert desk.ids() == ["1", "2"]
    assert incomplete(desk) == [("record_count", None, differ)]
    # Also when it is known, and not read again.
    assert [gap.reason for gap in desk.load().gaps] == ["record_count"]


def test_a_file_that_is_refused_is_reported_once(desk: Desk) -> None:
    declare(desk, 2)
    path = desk.write([change(1), change(2)], PART)
    path.write_bytes(path.read_bytes()[:20])
    result = desk.load()
    assert [problem.reason for problem in result.problems] == ["damaged_gzip"]
    assert result.gaps == []


def test_a_file_whose_content_came_before_is_whole(desk: Desk) -> None:
    desk.write([change(1), change(2)], PART)
    declare(desk, 2)
    desk.write([change(1), change(2)], PART, at=LATER)
    declare(desk, 2, at=LATER)
    result = desk.load()
    assert result.n_files_repeated == 1
    assert result.gaps == []


def test_a_loaded_file_may_leave_the_folder(desk: Desk) -> None:
    path = desk.write([change(1)], PART)
    declare(desk, 1)
    desk.load()
    path.unlink()
    assert desk.load().gaps == []


@pytest.mark.parametrize("text", ["{", "[]", '{"files": 1}', '{"files": {"a": "b"}}'])
def test_a_manifest_that_cannot_be_read_is_reported(desk: Desk, text: str) -> None:
    folder = declare(desk, 1)
    (folder / ".part.manifest.json").write_text(text)
    desk.write([change(1)], PART)
    (gap,) = desk.load().gaps
    assert gap.reason == "unreadable_manifest"
    assert desk.ids() == ["1"]


def test_a_check_counts_it_as_an_error_with_how_to_mend_it(desk: Desk) -> None:
    declare(desk, 2)
    streams = {(one.source, one.name): one for one in desk.streams.values()}
    (finding,) = check_landing(desk.folder, streams).findings
    assert str(finding) == (
        f"acme/changes/{AT}/{PART}: error: missing_file: a manifest names the file and it is not"
        " there; copy it again, or remove the folder and extract again from before it"
    )


def test_the_command_check_fails_on_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "github" / "releases" / AT
    write_manifest(folder, "a.b", Manifest({"a.b.jsonl.gz": 3}, None, "2026-08-31T00:00:00Z"))
    assert json.loads((folder / ".a.b.manifest.json").read_text())["files"] == {"a.b.jsonl.gz": 3}
    assert main(["check", "--landing", str(tmp_path)]) == 1
    assert "missing_file" in capsys.readouterr().out
