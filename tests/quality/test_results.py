"""Results hold no value of a record, are kept over time, and leave no file open."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from quality import run
from quality.checks import Check, few_rows
from quality.results import KEPT_RUNS, ExpectationResult, SuiteResult, read_results, write_results
from tests.quality.conftest import PERSON, Desk

# Faults whose messages and samples would quote the value.
LEAKY = (
    few_rows(
        "raw.people__roster",
        "cast_fails",
        "An error whose message quotes the value.",
        where="cast(record ->> '$.name' as integer) > 0",
        severity="critical",
    ),
    Check(
        "raw.people__roster",
        "unexpected_values",
        "An expectation of the library that keeps samples of values.",
        "critical",
        "ExpectColumnValuesToBeInSet",
        {"value_set": ["nothing"]},
        column="record",
    ),
    Check(
        "raw.people__roster",
        "observed_value",
        "An expectation of the library that keeps what it observed.",
        "critical",
        "ExpectColumnMostCommonValueToBeInSet",
        {"value_set": ["nothing"]},
        column="record",
    ),
)
FIELDS = {
    "run_id",
    "suite",
    "checked_at",
    "table",
    "column",
    "expectation",
    "description",
    "severity",
    "outcome",
    "n_rows_checked",
    "n_unexpected",
    "seconds",
}


def with_a_person(desk: Desk) -> None:
    desk.landed("people__roster")
    desk.records("people__roster", [{"employee_id": "E1", "name": PERSON}] * 30)


def result(run_id: str) -> SuiteResult:
    one = ExpectationResult("raw.x", None, "is_so", "It is so.", "critical", "passed", 1, 0, 0.1)
    return SuiteResult("raw", run_id, "2026-04-01T00:00:00+00:00", 0.1, (one,))


def test_no_value_of_a_record_is_written_anywhere(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with_a_person(desk)
    monkeypatch.setattr(run, "suite", lambda name: LEAKY)
    outcome = desk.run("raw", pages=True)
    assert [one.outcome for one in outcome.results] == ["failed"] * 3
    assert "could not be evaluated" in outcome.results[0].description
    files = [file for file in (desk.home / "quality").rglob("*") if file.is_file()]
    assert any(file.suffix == ".html" for file in files)
    for file in files:
        assert PERSON.encode() not in file.read_bytes(), file
    printed = capfd.readouterr()
    assert PERSON not in printed.out + printed.err


def test_each_line_says_what_was_checked_and_what_came_of_it(desk: Desk) -> None:
    with_a_person(desk)
    desk.run("raw", "run-7")
    lines = read_results(desk.home / "quality")
    assert {frozenset(line) for line in lines} == {frozenset(FIELDS)}
    assert {(line["run_id"], line["suite"]) for line in lines} == {("run-7", "raw")}
    assert {line["outcome"] for line in lines} <= {"passed", "failed", "not_applicable"}
    assert {line["severity"] for line in lines} <= {"critical", "warning"}


def test_the_newest_runs_are_kept_and_older_ones_go(tmp_path: Path) -> None:
    for number in range(KEPT_RUNS + 3):
        write_results(tmp_path, result(f"run-{number:03}"))
    kept = sorted(file.name for file in (tmp_path / "results").iterdir())
    assert len(kept) == KEPT_RUNS
    assert kept[0] == "run-003-raw.jsonl"


def test_a_run_that_was_killed_while_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    file = write_results(tmp_path, result("run-1"))
    file.with_suffix(".writing").write_text('{"half')
    write_results(tmp_path, result("run-1"))
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    assert json.loads(file.read_text())["expectation"] == "is_so"


def test_a_run_id_cannot_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no plain name"):
        write_results(tmp_path, result("../elsewhere"))


@pytest.mark.parametrize("checks", [None, LEAKY], ids=["as it is", "with errors"])
def test_a_writer_with_other_settings_can_follow_in_the_same_process(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, checks: tuple[Check, ...] | None
) -> None:
    with_a_person(desk)
    if checks:
        monkeypatch.setattr(run, "suite", lambda name: checks)
    desk.run("raw")
    with duckdb.connect(desk.warehouse, config={"threads": "1"}) as connection:
        connection.execute("create table raw.written as select 1")


def test_a_missing_file_is_said_and_not_created(desk: Desk) -> None:
    with pytest.raises(FileNotFoundError, match="load extracts first"):
        desk.run("raw")
    assert not desk.warehouse.exists()
