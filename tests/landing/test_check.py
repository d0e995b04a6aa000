"""`fairlead check` lists each fault of a landing folder with its place, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.cli import main
from orchestration.landing.check import Finding, check_landing, shown
from orchestration.landing.reasons import FIXES
from orchestration.sources.demo import write_demo
from tests.landing.conftest import AT, LATER, change

SECRET = "a value that no message may repeat"
CHANGES = f"acme/changes/{AT}"
ROSTER = f"acme/roster/{AT}"


def line(**keys: object) -> bytes:
    return json.dumps(change(7, **keys)).encode()


def check(desk) -> list[Finding]:
    return check_landing(desk.folder, keyed(desk)).findings


def keyed(desk) -> dict:
    return {(stream.source, stream.name): stream for stream in desk.streams.values()}


# (line, severity, field, reason): one of each kind of dirt that a line can bring.
LINES = [
    (b'{"id": 1, "created_at": "2026-01-', "error", None, "not_json"),
    (line(title=SECRET).replace(b"a value", b"\xff\xfe"), "error", None, "not_utf8"),
    (b'["' + SECRET.encode() + b'"]', "error", None, "not_an_object"),
    (json.dumps({"id": 1}).encode(), "error", "created_at", "missing"),
    (line(id=SECRET), "error", "id", "wrong_type"),
    (line(created_at="0000-00-00"), "error", "created_at", "zero_date"),
    (line(created_at="25-11-2025"), "error", "created_at", "not_a_timestamp"),
    (line(created_at="1970-01-01T00:00:00Z"), "error", "created_at", "placeholder_date"),
    (line(created_at="2026-01-02T03:04:05"), "error", "created_at", "naive_timestamp"),
    (line(updated_at="2026-01-02T03:04:05"), "warning", "updated_at", "naive_timestamp"),
    (line(id=8, share=SECRET), "warning", "share", "wrong_type"),
    (line(id=9, due="02.01.2026"), "warning", "due", "not_a_date"),
    (line(id=1), "warning", None, "repeated"),
    (b'{"id": 1, "title": "' + b"x" * (8 << 20) + b'"}', "error", None, "line_too_long"),
]


def test_one_of_each_kind_of_dirt_is_listed_and_nothing_else(desk):
    good = [json.dumps(change(number)).encode() for number in (1, 2)]
    offsets = line(id=3, created_at="2026-01-02T11:04:05+0800", updated_at=1767323045)
    desk.write(b"\n".join([*good, offsets, *(dirt for dirt, *_ in LINES)]) + b"\n")
    desk.write(b"PAR1", "cut.parquet")
    desk.write([change(6)], "cut.jsonl.gz").write_bytes(b"\x1f\x8bcut")
    desk.write(b"", "notes.docx")
    desk.write("employee_id,level,level\n1,2,3\n", "twice.csv", stream="roster")
    desk.write("employee_id,salary\n1,2\n", "pay.csv", stream="roster")
    desk.write("level,hired_on\n1,2026-01-01\n", "anonymous.csv", stream="roster")
    desk.write(f"employee_id,shoe_size\n1,{SECRET}\n", "wide.csv", stream="roster")
    desk.write("employee_id,level\n1,2,3\n", "ragged.csv", stream="roster")
    desk.write([change(10)], at="yesterday")
    desk.write([{"record": change(4)}, change(5)], "mixed.jsonl")
    (desk.folder / "acme" / "secrets").mkdir()

    findings = check(desk)

    expected = {
        (f"{CHANGES}/part.jsonl", row, *dirt) for row, (_, *dirt) in enumerate(LINES, start=4)
    } | {
        (f"{CHANGES}/cut.parquet", None, "error", None, "unreadable"),
        (f"{CHANGES}/cut.jsonl.gz", None, "error", None, "damaged_gzip"),
        (f"{CHANGES}/notes.docx", None, "error", None, "unknown_format"),
        (f"{CHANGES}/mixed.jsonl", None, "error", None, "mixed_envelopes"),
        (f"{ROSTER}/twice.csv", None, "error", "level", "repeated_column"),
        (f"{ROSTER}/pay.csv", None, "error", "pay", "forbidden_column"),
        (f"{ROSTER}/anonymous.csv", None, "error", "employee_id", "missing_column"),
        (f"{ROSTER}/wide.csv", None, "warning", "shoe_size", "undeclared_column"),
        (f"{ROSTER}/ragged.csv", 2, "error", None, "ragged_row"),
        ("acme/changes/yesterday", None, "error", None, "bad_folder"),
        ("acme/secrets", None, "error", None, "unknown_stream"),
    }
    found = {
        (one.source_file, one.row_number, one.severity, one.field, one.reason) for one in findings
    }
    assert found == expected
    assert len(findings) == len(expected)
    told = "\n".join(shown(findings, limit=100))
    assert SECRET not in told
    assert f"{CHANGES}/part.jsonl:7: error: created_at: missing: {FIXES['missing']}" in told


def test_extracts_that_overlap_are_no_fault_and_repeats_within_one_are(desk):
    desk.write([change(1), change(2)])
    desk.write([change(2), change(3)], at=LATER)
    assert check(desk) == []
    desk.write([change(3)], "twice.jsonl", at=LATER)
    (found,) = check(desk)
    assert (found.row_number, found.reason) == (1, "repeated")


def test_beyond_the_limit_rows_are_counted(desk):
    desk.write("\n".join(["{"] * 5))
    first, rest = shown(check(desk), limit=1)
    assert first.startswith(f"{CHANGES}/part.jsonl:1: error: not_json")
    assert rest == f"{CHANGES}/part.jsonl: error: not_json: 4 more rows"


def test_the_demo_is_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_demo(tmp_path, people=60, quarters=1, log=lambda _: None)
    assert main(["check", "--landing", str(tmp_path), "--strict"]) == 0
    last = capsys.readouterr().out.splitlines()
    assert len(last) == 1
    assert last[0].startswith("0 errors, 0 warnings; ")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("github", "gitlab", "jira", "opsgenie", "pagerduty", "people", "support", "survey")
    ]


@pytest.mark.parametrize(
    ("title", "strict", "code"), [("1", [], 0), (1, [], 0), (1, ["--strict"], 1)]
)
def test_warnings_fail_only_where_they_should(
    tmp_path: Path, title: object, strict: list[str], code: int
) -> None:
    folder = tmp_path / "github" / "issues" / AT
    folder.mkdir(parents=True)
    issue = {"id": 1, "number": 1, "created_at": "2026-01-02T03:04:05Z", "state": title}
    (folder / "part.jsonl").write_text(json.dumps(issue) + "\n")
    assert main(["check", "--landing", str(tmp_path), *strict]) == code


def test_errors_fail_and_a_folder_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    assert main(["check", "--landing", str(tmp_path)]) == 1
    assert "elsewhere: error: unknown_stream" in capsys.readouterr().out
    assert main(["check", "--landing", str(tmp_path / "gone")]) == 1
    assert "There is no landing folder" in capsys.readouterr().err
