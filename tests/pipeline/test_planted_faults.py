"""A planted fault stops the publication, and the message names what found it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from orchestration.release.manifest import releases_in
from orchestration.workspace import PROJECT_ROOT
from quality.results import read_results
from tests.pipeline.conftest import command


def test_a_list_of_people_that_was_cut_off_stops_before_dbt(
    small_landing: Path, tmp_path: Path
) -> None:
    landing, home = tmp_path / "landing", tmp_path / "home"
    shutil.copytree(small_landing, landing)
    newest = sorted((landing / "people" / "roster").iterdir())[-1]
    (file,) = newest.iterdir()
    rows = file.read_text().splitlines()
    file.write_text("\n".join(rows[: len(rows) // 10]) + "\n")

    done = subprocess.run(command(landing, home), cwd=PROJECT_ROOT, capture_output=True, text=True)

    assert done.returncode == 1
    assert "full_list_did_not_shrink" in done.stderr
    assert "raw.people__roster" in done.stderr
    assert releases_in(home / "releases") == []
    assert not (home / "reporting.duckdb").exists(), "dbt ran"
    kept = read_results(home / "quality")
    assert {
        (line["table"], line["expectation"])
        for line in kept
        if line["outcome"] == "failed" and line["severity"] == "critical"
    } == {("raw.people__roster", "full_list_did_not_shrink")}
    assert (home / "quality" / "data_docs" / "index.html").exists()
