"""CSV and Parquet: every column is known, and every row is told."""

from __future__ import annotations

import json

import duckdb
import pytest

HEADER = "employee_id,level,hired_on,weight\n"


def refusal(desk) -> tuple[str, str | None]:
    (problem,) = desk.load("roster").problems
    assert problem.fix
    return problem.reason, problem.field


@pytest.mark.parametrize("name", ["roster.csv", "roster.csv.gz"])
def test_cells_are_kept_as_text_and_empty_ones_are_null(desk, name):
    desk.write(HEADER + "007,L3,2020-01-31,1\n008,,,\n", name, stream="roster")
    result = desk.load("roster")
    assert result.n_rows_loaded == 2
    records = desk.rows("select record, row_number from raw.acme__roster order by 2")
    assert [(json.loads(record), row) for record, row in records] == [
        (
            {
                "employee_id": "007",
                "level": "L3",
                "hired_on": "2020-01-31",
                "weight": "1",
            },
            2,
        ),
        ({"employee_id": "008", "level": None, "hired_on": None, "weight": None}, 3),
    ]


def test_quoted_cells_may_hold_separators_quotes_and_line_breaks(desk):
    desk.write(HEADER + '1,"a, ""b""\nc",,\n2,x,,\n', "r.csv", stream="roster")
    desk.load("roster")
    assert desk.values("level", "roster") == ['a, "b"\nc', "x"]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_are_recognised_by_the_header(desk, separator):
    text = (HEADER + "1,L3,2020-01-31,2\n").replace(",", separator)
    desk.write(text, "r.csv", stream="roster")
    desk.load("roster")
    assert desk.values("hired_on", "roster") == ["2020-01-31"]


def test_a_byte_order_mark_and_windows_line_ends_are_taken_off(desk):
    text = (HEADER + "1,L3,,\n").replace("\n", "\r\n")
    desk.write(b"\xef\xbb\xbf" + text.encode(), "r.csv", stream="roster")
    desk.load("roster")
    assert desk.ids("roster") == ["1"]


def test_a_ragged_row_is_quarantined_by_its_number(desk):
    desk.write(HEADER + "1,a,,\n2,b\n3,c,,,\n4,d,,,,,x\n5,e,,\n", "r.csv", stream="roster")
    result = desk.load("roster")
    assert desk.ids("roster") == ["1", "5"]
    assert result.n_rows_quarantined == 3
    assert desk.quarantine() == [(row, "ragged_row", None) for row in (3, 4, 5)]


def test_types_are_checked_as_in_json(desk):
    desk.write(
        HEADER + "1,a,25-11-2025,1\n2,b,0000-00-00,x\n,c,,\n",
        "r.csv",
        stream="roster",
    )
    desk.load("roster")
    assert desk.ids("roster") == ["1", "2"]
    assert desk.quarantine() == [(4, "missing", "employee_id")]
    assert desk.report("nulled") == [
        ("not_a_date", "hired_on", 1),
        ("wrong_type", "weight", 1),
        ("zero_date", "hired_on", 1),
    ]


def test_unknown_columns_are_dropped_and_counted(desk):
    desk.write("employee_id,shoe_size\n1,43\n2,44\n", "r.csv", stream="roster")
    desk.load("roster")
    assert desk.report("dropped_column") == [(None, "shoe_size", 2)]
    assert "43" not in desk.rows("select record from raw.acme__roster")[0][0]


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("Base Salary", "pay"),
        ("date_of_birth", "birth date and age"),
        ("Ethnicity", "ethnicity and other protected attributes"),
        ("medicalNotes", "medical data"),
        ("leave_reason", "leave reasons"),
    ],
)
def test_a_forbidden_column_refuses_the_file_by_name(desk, column, kind):
    desk.write(f"employee_id,{column}\n1,x\n", "r.csv", stream="roster")
    assert refusal(desk) == ("forbidden_column", kind)
    assert desk.ids("roster") == []
    assert any("r.csv" in line and "never collected" in line for line in desk.log)


def test_a_missing_required_column_refuses_the_file(desk):
    desk.write("name,level\nAnn,L3\n", "r.csv", stream="roster")
    assert refusal(desk) == ("missing_column", "employee_id")
    assert "Ann" not in json.dumps(desk.tables(), default=str)


@pytest.mark.parametrize("content", ["", "\n"])
def test_a_file_without_a_header_is_refused(desk, content):
    desk.write(content, "r.csv", stream="roster")
    assert refusal(desk) == ("missing_column", "employee_id")


def test_a_header_alone_is_no_rows(desk):
    desk.write(HEADER, "r.csv", stream="roster")
    assert desk.load("roster").n_files_loaded == 1
    assert desk.ids("roster") == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("employee_id,level\n1,caf\xe9\n".encode("latin-1"), "not_utf8"),
        ("employee_id,level\n1,x\n".encode("utf-16"), "not_utf8"),
        (b'employee_id,level\n1,"x\n2,y\n', "unbalanced_quotes"),
        (b'employee_id,level\n1,"x"y\n2,"z"\n', "unreadable"),
        (b"employee_id,level,level\n1,x,y\n", "repeated_column"),
    ],
)
def test_a_file_that_would_be_misread_is_refused(desk, content, reason):
    desk.write(content, "r.csv", stream="roster")
    assert refusal(desk)[0] == reason
    assert desk.ids("roster") == []


def test_parquet_rows_go_the_same_way(desk, tmp_path):
    path = desk.write("", "part.parquet")
    duckdb.sql(
        f"""
        copy (
            select * from (values
                (9007199254740993, timestamptz '2026-01-01 00:00:00+00',
                    {{'login': 'ann', 'email': 'x'}}, [{{'name': 'bug'}}], 'secret'),
                (2, null, null, null, 'secret')
            ) v(id, created_at, "user", labels, body)
        ) to '{path}' (format parquet)
        """
    )
    desk.load()
    assert desk.values("id") == ["9007199254740993"]
    assert desk.values("user.login") == ["ann"]
    assert desk.quarantine() == [(2, "missing", "created_at")]
    assert desk.report("dropped_column") == [(None, "body", 1)]
    assert "secret" not in json.dumps(desk.tables(), default=str)


def test_a_file_that_is_not_parquet_is_refused(desk):
    desk.write("not parquet", "part.parquet")
    (problem,) = desk.load().problems
    assert problem.reason == "unreadable"
