"""Which files load, when, and how often."""

from __future__ import annotations

import gzip
import itertools
import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.landing import ensure_raw, load_landing
from orchestration.landing import load as load_module
from orchestration.landing.files import extract_time
from tests.landing.conftest import AT, LATER, change

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("2026-08-31T06-30-15Z", datetime(2026, 8, 31, 6, 30, 15, tzinfo=UTC)),
        ("2026-08-31T06:30:15Z", datetime(2026, 8, 31, 6, 30, 15, tzinfo=UTC)),
        ("2026-08-31", datetime(2026, 8, 31, tzinfo=UTC)),
        ("2026-02-30", None),
        ("latest", None),
        ("2026-08-31T25-00-00Z", None),
    ],
)
def test_a_folder_states_the_time_of_its_extract(folder, expected):
    assert extract_time(folder) == expected


def test_a_folder_with_a_bad_name_is_named_and_skipped(desk):
    desk.write([change(1)], at="latest")
    desk.write([change(2)])
    (problem,) = desk.load().problems
    assert (problem.source_file, problem.reason) == (
        "acme/changes/latest",
        "bad_folder",
    )
    assert desk.ids() == ["2"]
    desk.load()
    assert desk.report("refused") == [("bad_folder", None, 1)]


@pytest.mark.parametrize("kind", ["file", "link to itself"])
def test_a_stream_that_is_no_folder_is_named(desk, kind):
    place = desk.folder / "acme" / "changes"
    place.parent.mkdir(parents=True)
    if kind == "file":
        place.write_text("{}")
    else:
        place.symlink_to(place)
    (problem,) = desk.load().problems
    assert (problem.source_file, problem.reason) == ("acme/changes", "not_a_folder")


def test_a_file_of_an_unknown_kind_is_named_and_skipped(desk):
    desk.write("x", "notes.txt")
    desk.write("x", ".hidden")
    (problem,) = desk.load().problems
    assert problem.reason == "unknown_format"
    assert problem.source_file.endswith("notes.txt")


def test_a_file_loads_once(desk):
    desk.write([change(1)])
    desk.load()
    before = desk.tables()
    result = desk.load()
    assert (result.n_files_loaded, result.n_files_unchanged) == (0, 1)
    assert desk.tables() == before


@pytest.mark.parametrize("content", ["{\n", ""])
def test_a_file_that_brings_no_row_is_listed_once(desk, content):
    desk.write(content)
    desk.load()
    assert desk.rows("select n_rows from raw.load_report where kind = 'loaded'") == [(0,)]


def test_a_file_that_was_copied_again_is_recognised_by_its_content(desk):
    path = desk.write([change(1)])
    desk.load()
    before = desk.rows("select * from raw.acme__changes")
    os.utime(path, (1, 1))
    assert desk.load().n_files_unchanged == 1
    assert desk.rows("select * from raw.acme__changes") == before
    assert desk.rows("select mtime_ns from raw.loaded_files") == [(1_000_000_000,)]


def test_the_same_content_under_another_name_is_not_loaded_again(desk):
    desk.write([change(1)], "a.jsonl")
    desk.write([change(1)], "b.jsonl")
    desk.write([change(1)], "a.jsonl", at=LATER)
    result = desk.load()
    assert (result.n_files_loaded, result.n_files_repeated) == (1, 2)
    assert desk.ids() == ["1"]
    assert desk.report("already_loaded") == [("same_content", None, 2)]
    before = desk.tables()
    desk.load()
    assert desk.tables() == before


def test_a_full_list_that_returns_to_an_earlier_state_is_loaded_again(desk):
    first, second = "employee_id\n1\n", "employee_id\n1\n2\n"
    desk.write(first, "r.csv", stream="roster", at="2026-01-31")
    desk.write(second, "r.csv", stream="roster", at="2026-02-28")
    desk.write(first, "r.csv", stream="roster", at="2026-03-31")
    desk.load("roster")
    assert desk.rows(
        "select count(*) from raw.acme__roster"
        " where extracted_at = (select max(extracted_at) from raw.acme__roster)"
    ) == [(1,)]
    assert desk.report("duplicate") == []


def test_a_file_that_grew_is_loaded_and_said_to_have_changed(desk):
    desk.write([change(1)])
    desk.load()
    desk.write([change(1), change(2)])
    result = desk.load()
    assert desk.ids() == ["1", "1", "2"]
    assert result.n_rows_duplicate == 1
    assert desk.report("changed_file") == [(None, None, 1)]


def test_a_full_list_that_changed_in_place_is_refused(desk):
    desk.write("employee_id\n1\n", "r.csv", stream="roster")
    desk.load("roster")
    desk.write("employee_id\n1\n2\n", "r.csv", stream="roster")
    (problem,) = desk.load("roster").problems
    assert problem.reason == "changed_snapshot"
    assert desk.ids("roster") == ["1"]


def test_identical_records_are_kept_and_counted(desk):
    desk.write([change(1), change(2), change(1, body="dropped")], "a.jsonl")
    desk.write([change(2), change(3)], "b.jsonl")
    assert desk.load().n_rows_duplicate == 2
    desk.write([change(3), change(4)], "c.jsonl", at=LATER)
    assert desk.load().n_rows_duplicate == 1
    assert len(desk.ids()) == 7
    assert desk.report("duplicate") == [(None, None, 3)]


def test_an_extract_that_arrives_late_is_loaded_and_reported(desk):
    desk.write([change(1)], at=LATER)
    desk.load()
    desk.write([change(2), change(3)], at=AT)
    desk.load()
    assert desk.ids() == ["1", "2", "3"]
    assert desk.report("out_of_order") == [(None, None, 2)]


def test_the_order_in_which_files_arrive_changes_no_row(desk, streams, tmp_path):
    parts = [
        ("a.jsonl", AT, [change(1), change(2, title=5)]),
        ("b.jsonl", AT, [change(2), "{"]),
        ("c.jsonl", LATER, [change(1), change(3)]),
    ]
    outcomes = []
    for number, order in enumerate(itertools.permutations(parts)):
        connection = load_module.duckdb.connect(str(tmp_path / f"{number}.duckdb"))
        other = type(desk)(tmp_path / f"landing{number}", streams, connection)
        for name, at, lines in order:
            other.write(lines, name, at=at)
            other.load()
        tables = other.tables()
        outcomes.append(
            (
                tables["acme__changes"],
                tables["quarantine"],
                other.report("duplicate"),
                other.report("nulled"),
            )
        )
        connection.close()
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_many_small_files_load_as_each_would_alone(desk, streams, tmp_path):
    for number in range(12):
        lines = [change(number), "{" if number % 7 == 0 else change(number, title=5)]
        desk.write(lines, f"{number:02}.jsonl")
        desk.write(lines[:1], f"{number:02}.jsonl.gz", at=LATER)
    desk.write(b"\xff\n", "06.bad.jsonl")
    desk.load()
    connection = load_module.duckdb.connect(str(tmp_path / "single.duckdb"))
    single = type(desk)(desk.folder, streams, connection)
    limit = load_module._BATCH_FILES
    try:
        load_module._BATCH_FILES = 1
        single.load()
    finally:
        load_module._BATCH_FILES = limit
    assert desk.tables() == single.tables()
    assert len(desk.ids()) == 12 + 10 + 12


def test_a_damaged_gzip_file_is_refused_and_others_load(desk):
    whole = gzip.compress(b"".join(b'{"id": %d}\n' % n for n in range(10_000)))
    path = desk.write("", "a.jsonl.gz")
    path.write_bytes(whole[: len(whole) // 2])
    path.with_name("b.jsonl.gz").write_bytes(b"not gzip at all")
    desk.write([change(1)], "c.jsonl.gz")
    problems = desk.load().problems
    assert [problem.reason for problem in problems] == ["damaged_gzip"] * 2
    assert desk.ids() == ["1"]


def test_a_refused_file_loads_once_it_is_mended(desk):
    desk.write("level\nL3\n", "r.csv", stream="roster")
    assert desk.load("roster").problems
    assert desk.load("roster").problems
    assert len(desk.report("refused")) == 1
    desk.write("employee_id\n1\n", "r.csv", stream="roster")
    assert not desk.load("roster").problems
    assert desk.report("refused") == []
    assert desk.ids("roster") == ["1"]


def test_file_names_with_signs_that_mean_something_elsewhere_load(desk):
    for number, name in enumerate(["o'brien.jsonl", "a[1]*.jsonl", "é ü.jsonl"]):
        desk.write([change(number)], name)
    desk.load()
    assert desk.ids() == ["0", "1", "2"]


def test_folders_that_no_contract_declares_are_listed_as_unknown(desk, streams):
    desk.write([change(1)])
    desk.write([change(1)], stream="undeclared")
    (desk.folder / "elsewhere" / "things").mkdir(parents=True)
    declared = {("acme", name): stream for name, stream in streams.items()}
    for _ in range(2):
        load_landing(desk.connection, desk.folder, declared, log=desk.log.append)
    assert desk.rows(
        "select source, stream, reason from raw.load_report where kind = 'unknown' order by all"
    ) == [("acme", "undeclared", "unknown_stream"), ("elsewhere", "", "unknown_stream")]
    assert desk.ids() == ["1"]


def test_faults_of_one_stream_leave_the_load_of_another_as_it_is(desk, streams):
    desk.write("employee_id\n1\n", "r.csv", stream="roster")
    declared = {("acme", name): stream for name, stream in streams.items()}
    load_landing(desk.connection, desk.folder, declared)
    expected = desk.tables()["acme__roster"]

    connection = load_module.duckdb.connect()
    other = type(desk)(desk.folder, streams, connection)
    other.write(b"\xff\x00{", "a.jsonl")
    other.write(b"PAR1", "b.parquet")
    other.write(b"x", "c.jsonl.gz")
    other.write("salary\n1\n", "d.csv")
    load_landing(connection, desk.folder, declared)
    assert other.tables()["acme__roster"] == expected


def test_all_tables_can_be_made_before_any_file(desk, streams):
    ensure_raw(desk.connection, streams.values())
    ensure_raw(desk.connection, streams.values())
    assert set(desk.tables()) == {
        "acme__changes",
        "acme__roster",
        "load_report",
        "loaded_files",
        "quarantine",
    }


@pytest.mark.parametrize("step", ["_insert_rows", "_quarantine", "_account"])
def test_a_crash_within_a_file_leaves_nothing_of_it(desk, monkeypatch, step):
    desk.write([change(1), "{"])
    desk.load("changes")
    before = desk.tables()
    desk.write([change(2), "{"], at=LATER)
    original = getattr(load_module._StreamLoader, step)

    def crash(*arguments):
        original(*arguments)
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(load_module._StreamLoader, step, crash)
        with pytest.raises(OSError, match="disk full"):
            desk.load()
    assert desk.tables() == before
    desk.load()
    assert desk.ids() == ["1", "2"]
    assert len(desk.quarantine()) == 2


def test_a_load_that_was_killed_is_completed_by_the_next(desk, streams, tmp_path):
    for number in range(4):
        desk.write([change(number), "{"], at=f"2026-0{number + 1}-01")
    desk.load()
    killed = tmp_path / "killed.duckdb"
    program = textwrap.dedent(
        """
        import os, signal, sys
        from pathlib import Path
        import duckdb
        from orchestration.landing import load as load_module
        from orchestration.landing.contracts import read_contract

        load_module._BATCH_FILES = 1
        database, landing, contract = sys.argv[1:]
        insert = load_module._StreamLoader._insert_rows
        calls = []

        def insert_and_die(*arguments):
            insert(*arguments)
            calls.append(1)
            if len(calls) == 3:
                os.kill(os.getpid(), signal.SIGKILL)

        load_module._StreamLoader._insert_rows = insert_and_die
        connection = duckdb.connect(database)
        stream = read_contract(Path(contract))[0]
        load_module.load_stream(connection, Path(landing), stream)
        """
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            program,
            str(killed),
            str(desk.folder),
            str(tmp_path / "acme.yml"),
        ],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    other = type(desk)(desk.folder, streams, load_module.duckdb.connect(str(killed)))
    assert len(other.rows("select * from raw.loaded_files")) == 2
    other.load()
    assert other.tables() == desk.tables()
