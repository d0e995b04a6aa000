"""The benchmark measures what it says, at a size that takes seconds."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks import gate, load, scale
from benchmarks.__main__ import main
from benchmarks.measure import CaseFailed, Measurement, measure
from benchmarks.table import Row, Step, markdown


def test_a_small_benchmark_writes_one_table(tmp_path: Path) -> None:
    out = tmp_path / "bench.md"
    sizes = ["--pull-requests", "200", "--gate-people", "60", "--runs", "1"]
    assert main(["--only", "load", "gate", *sizes, "--out", str(out)]) == 0
    page = out.read_text()
    assert "| load 200 pull requests |" in page
    assert "| gate for 60 people |" in page
    assert "cores" in page
    assert "duckdb" in page


def test_the_bare_query_reads_what_landing_loads(tmp_path: Path) -> None:
    load.write_pull_requests(tmp_path, 50)
    load.through_landing(str(tmp_path), str(tmp_path))
    load.bare(str(tmp_path), str(tmp_path))
    ordered = "select {} from {} order by all"
    with duckdb.connect(tmp_path / "bare.duckdb") as connection:
        bare = connection.execute(
            ordered.format("id, merged_at, base.repo.full_name, labels[1].name", "pull_requests")
        ).fetchall()
    paths = ("$.id", "$.merged_at", "$.base.repo.full_name", "$.labels[0].name")
    columns = ", ".join(f"record ->> '{path}'" for path in paths)
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        landed = connection.execute(ordered.format(columns, "raw.github__pull_requests")).fetchall()
    assert len(bare) == 50
    assert bare == landed


def test_the_synthetic_organisation_has_shown_and_hidden_cells(tmp_path: Path) -> None:
    gate.write_organisation(tmp_path, 60)
    gate.through_gate(str(tmp_path))


def test_a_failing_case_says_which_and_why(tmp_path: Path) -> None:
    with pytest.raises(CaseFailed, match=r"load:bare(.|\n)*No files found"):
        measure("benchmarks.load:bare", 1, landing="nowhere", home=str(tmp_path))


def test_the_table_says_how_many_times_longer() -> None:
    row = Row("a part", Measurement(3, 100, 1), Measurement(0.5, 50, 1), "less")
    assert "| a part | 3.00 | 100 MB | 0.50 | 50 MB | 6.0 | less | 1 |" in markdown([row], "small")


def test_a_large_organisation_loads_what_was_written(tmp_path: Path) -> None:
    landing, home = tmp_path / "landing", tmp_path / "home"
    home.mkdir()
    written = scale.write(str(landing), people=60, quarters=2, seed=7)
    # A file of the same content as an earlier one counts once.
    assert 0.99 * written < scale.load(str(landing), str(home)) <= written
    assert scale.megabytes(home) > 0


def test_the_table_of_a_large_organisation_says_what_each_step_left() -> None:
    step = Step("written", Measurement(61.2, 150, 1, 118.6, 1_234_567), "records", 303.4)
    line = "| written | 61 | 119 | 150 MB | 1,234,567 records | 303 MB |"
    assert line in markdown([], "large", [step])
