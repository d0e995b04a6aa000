"""The same arguments write the same bytes, and a run that is killed leaves nothing behind."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.sources.demo import write_demo
from tests.demo.conftest import PEOPLE, QUARTERS, Extracts

ROOT = Path(__file__).resolve().parents[2]
# Enough for two parts that different processes write.
PEOPLE_OF_TWO_PARTS = 90


def bytes_below(folder: Path) -> dict[str, str]:
    """Digests of all files by their path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_processes_with_other_hash_seeds_write_the_same_bytes(
    extracts: Extracts, tmp_path: Path
) -> None:
    script = (
        "import sys; from pathlib import Path;"
        "from orchestration.sources.demo import write_demo;"
        f"write_demo(Path(sys.argv[1]), people={PEOPLE}, quarters={QUARTERS})"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, env=environment)
    assert bytes_below(tmp_path) == bytes_below(extracts.summary.folder)


def test_one_process_writes_the_same_bytes_as_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = {}
    for n_processes in (1, 2):
        monkeypatch.setattr("orchestration.sources.demo.parts._processors", lambda n=n_processes: n)
        folders[n_processes] = tmp_path / str(n_processes)
        write_demo(folders[n_processes], people=PEOPLE_OF_TWO_PARTS, quarters=1)
    one, several = (bytes_below(folder) for folder in folders.values())
    assert {Path(name).name for name in one} > {"part-001.jsonl.gz", "part-002.jsonl.gz"}
    assert one == several


def test_another_seed_writes_another_organisation(extracts: Extracts, tmp_path: Path) -> None:
    write_demo(tmp_path, seed=8, people=PEOPLE, quarters=QUARTERS)
    one, other = bytes_below(extracts.summary.folder), bytes_below(tmp_path)
    same = {name.split("/")[1] for name in one if one[name] == other.get(name)}
    assert same == {"holidays"}


def test_a_second_run_leaves_identical_files_untouched(tmp_path: Path) -> None:
    write_demo(tmp_path, people=PEOPLE, quarters=1)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    write_demo(tmp_path, people=PEOPLE, quarters=1)
    after = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    assert before == after


def test_a_killed_run_leaves_nothing_in_the_layout_and_the_next_clears_up(
    tmp_path: Path,
) -> None:
    class Killed(Exception):
        pass

    def log(message: str) -> None:
        raise Killed

    with pytest.raises(Killed):
        write_demo(tmp_path, people=PEOPLE, quarters=1, log=log)
    left = list(tmp_path.iterdir())
    assert left
    assert all(path.name.startswith(".") for path in left)
    (tmp_path / ".part-009-aside").mkdir()
    write_demo(tmp_path, people=PEOPLE, quarters=1)
    assert not list(tmp_path.glob(".*"))


def test_the_summary_counts_every_record_and_names_every_file(extracts: Extracts) -> None:
    summary = extracts.summary
    assert {path.as_posix() for path in summary.files} == set(bytes_below(summary.folder))
    for name, count in summary.counts.items():
        assert count == len(extracts.all(*name.split("."))), name


def test_a_period_or_a_head_count_that_is_too_small_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="people"):
        write_demo(tmp_path, people=30)
    with pytest.raises(ValueError, match="quarter"):
        write_demo(tmp_path, quarters=0)
    assert not list(tmp_path.iterdir())
