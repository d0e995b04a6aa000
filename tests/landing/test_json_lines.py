"""What a JSON-lines file may bring, and what becomes of each row of it."""

from __future__ import annotations

import json

import pytest

from orchestration.landing import load_contracts, load_stream
from tests.landing.conftest import AT, change

SECRET = "a sentence that no table and no message may hold"


def test_tables_exist_even_when_nothing_has_landed(desk):
    result = desk.load()
    assert result.n_files_loaded == 0
    assert desk.rows("select count(*) from raw.acme__changes") == [(0,)]
    assert desk.rows("select count(*) from raw.load_report") == [(0,)]


def test_a_plain_file_loads_with_its_place_and_time(desk):
    desk.write([change(1), change(2)])
    result = desk.load()
    assert (result.n_files_loaded, result.n_rows_loaded) == (1, 2)
    assert desk.rows(
        "select record ->> '$.id', source_file, row_number, epoch(extracted_at)"
        " from raw.acme__changes order by row_number"
    ) == [
        ("1", f"acme/changes/{AT}/part.jsonl", 1, 1788134400.0),
        ("2", f"acme/changes/{AT}/part.jsonl", 2, 1788134400.0),
    ]
    assert desk.report("loaded") == [(None, None, 2)]


def test_a_gzip_file_loads_like_a_plain_one(desk):
    desk.write([change(1), change(2)], "part.jsonl.gz")
    desk.load()
    assert desk.ids() == ["1", "2"]


def test_only_declared_keys_reach_the_warehouse(desk):
    record = change(
        1,
        _git={"note": SECRET},
        email=SECRET,
        body=SECRET,
        user={"login": "ann", "email": SECRET, "name": SECRET},
        labels=[{"name": "bug", "description": SECRET}],
    )
    desk.write([record])
    desk.load()
    ((stored,),) = desk.rows("select record from raw.acme__changes")
    kept = {key: value for key, value in json.loads(stored).items() if value}
    assert kept == {
        "id": 1,
        "created_at": "2026-01-02T03:04:05Z",
        "user": {"login": "ann"},
        "labels": [{"name": "bug"}],
    }


def test_of_a_restricted_text_only_the_declared_ones_are_kept(desk):
    verdicts = ["approved", "sent back", "Approved, dear Ines", "", None, 7]
    desk.write([change(number, verdict=verdict) for number, verdict in enumerate(verdicts, 1)])
    desk.load()
    assert desk.values("verdict") == ["approved", "sent back", None, None, None, None]
    # A word that is not kept is no fault; what is no text at all is one.
    assert desk.report("nulled") == [("wrong_type", "verdict", 1)]


@pytest.mark.parametrize(
    ("payload", "stored"),
    [
        ({"service": "till", "salary": 1, "n": 2}, {"service": "till", "n": 2}),
        ('{"service": "till", "salary": 1}', {"service": "till", "n": None}),
        ({"service": {"salary": 1}, "n": [{"salary": 1}]}, {"service": None, "n": None}),
        ("deployed by Ines", None),
        ('["till"]', None),
        ([{"salary": 1}], None),
        (7, None),
        (None, None),
    ],
)
def test_of_an_object_without_a_form_only_the_named_keys_are_kept(desk, payload, stored):
    desk.write([change(1, payload=payload)])
    desk.load()
    ((kept,),) = desk.rows("select record -> '$.payload' from raw.acme__changes")
    assert (json.loads(kept) if kept else None) == stored
    assert desk.report("nulled") == []


@pytest.mark.parametrize("tags", [{"salary": 1}, [{"salary": 1}], ["a", ["b"]]])
def test_a_key_of_any_type_never_holds_an_object(desk, tags):
    desk.write([change(1, tags=tags), change(2, tags=["a", 1]), change(3, tags="a, b")])
    desk.load()
    assert desk.values("tags") == [None, '["a",1]', "a, b"]
    assert desk.report("nulled") == [("wrong_type", "tags", 1)]


def test_shipped_contracts_drop_what_they_do_not_declare(desk):
    stream = load_contracts()[("github", "deployments")]
    folder = desk.folder / "github" / "deployments" / AT
    folder.mkdir(parents=True)
    record = {
        "id": 1,
        "environment": "production",
        "created_at": "2026-01-01T00:00:00Z",
        "creator": {"login": "ann", "email": SECRET},
        "payload": {"service": "pay"},
        "_git": {"author": SECRET},
        "body": SECRET,
    }
    (folder / "part.jsonl").write_text(json.dumps(record) + "\n")
    result = load_stream(desk.connection, desk.folder, stream)
    assert result.n_rows_loaded == 1
    ((stored,),) = desk.rows("select record from raw.github__deployments")
    assert SECRET not in stored
    assert json.loads(stored)["payload"] == {"service": "pay", "unplanned": None}


def test_values_keep_the_digits_and_letters_they_were_written_with(desk):
    desk.write(
        [
            '{"id": 9007199254740993, "created_at": "2026-01-01T00:00:00+0800",'
            ' "title": "caf\\u00e9 \\"x\\" \\\\ 😀",'
            ' "payload": {"n": 18446744073709551615}}',
            '{"id": 123456789012345678901234567890, "created_at": 1767225600}',
        ]
    )
    desk.load()
    assert desk.values("id") == ["9007199254740993", "123456789012345678901234567890"]
    assert desk.values("created_at") == ["2026-01-01T00:00:00+0800", "1767225600"]
    assert desk.values("title")[0] == 'café "x" \\ 😀'
    assert desk.values("payload.n")[0] == "18446744073709551615"


def test_a_truncated_line_costs_only_itself(desk):
    desk.write([change(1), '{"id": 2, "created_at": "2026-0', change(3)])
    result = desk.load()
    assert desk.ids() == ["1", "3"]
    assert result.n_rows_quarantined == 1
    assert desk.quarantine() == [(2, "not_json", None)]
    assert desk.report("quarantined") == [("not_json", None, 1)]


def test_a_last_line_without_its_end_loads_when_it_is_whole(desk):
    desk.write('{"id": 1, "created_at": "2026-01-01T00:00:00Z"}')
    desk.load()
    assert desk.ids() == ["1"]


@pytest.mark.parametrize("name", ["part.jsonl", "part.jsonl.gz"])
def test_a_line_that_is_not_utf8_costs_only_itself(desk, name):
    lines = [json.dumps(change(number)).encode() for number in (1, 2, 3)]
    lines[1] = b'{"id": 2, "title": "\xff\xfe"}'
    desk.write(b"\n".join([*lines, b""]), name)
    result = desk.load()
    assert desk.ids() == ["1", "3"]
    assert result.n_rows_quarantined == 1
    assert desk.quarantine() == [(2, "not_utf8", None)]
    assert desk.report("quarantined") == [("not_utf8", None, 1)]
    assert desk.report("blank_line") == []


def test_a_line_that_is_too_long_costs_only_itself(desk):
    desk.write([change(1), change(2, title="x" * 9_000_000), change(3)])
    desk.load()
    assert desk.ids() == ["1", "3"]
    assert desk.quarantine() == [(2, "line_too_long", None)]


@pytest.mark.parametrize("line", ["[1, 2]", '"text"', "12", "null", "true"])
def test_a_line_that_is_not_an_object_costs_only_itself(desk, line):
    desk.write([change(1), line, change(3)])
    desk.load()
    assert desk.ids() == ["1", "3"]
    assert desk.quarantine() == [(2, "not_an_object", None)]


def test_separators_that_the_reader_uses_inside_cost_only_their_line(desk):
    desk.write([change(1), '{"id": 2, \x01 "x": 1}', '{"id": 3, \r "x": 1}', change(4)])
    desk.load()
    assert desk.ids() == ["1", "4"]
    assert desk.quarantine() == [(2, "not_json", None), (3, "not_json", None)]


def test_quotes_and_escapes_never_join_or_split_lines(desk):
    desk.write([change(1, title='a " b'), change(2, title="a\nb\\"), '"', change(4)])
    desk.load()
    assert desk.ids() == ["1", "2", "4"]
    assert desk.values("title")[:2] == ['a " b', "a\nb\\"]
    assert desk.quarantine() == [(3, "not_json", None)]


def test_a_byte_order_mark_and_windows_line_ends_are_taken_off(desk):
    lines = [json.dumps(change(number)) for number in (1, 2)]
    desk.write(b"\xef\xbb\xbf" + "\r\n".join([*lines, ""]).encode())
    desk.load()
    assert desk.ids() == ["1", "2"]
    assert desk.quarantine() == []


def test_line_ends_of_both_kinds_in_one_file_lose_nothing(desk):
    one, two, three = (json.dumps(change(number)) for number in (1, 2, 3))
    desk.write(f"{one}\n{two}\r\n{three}\n")
    desk.load()
    assert desk.ids() == ["1", "2", "3"]


def test_empty_lines_are_counted_and_keep_line_numbers(desk):
    desk.write(["", change(1), "   ", "{", ""])
    desk.load()
    assert desk.rows("select row_number from raw.acme__changes") == [(2,)]
    assert desk.quarantine() == [(4, "not_json", None)]
    assert desk.report("blank_line") == [(None, None, 3)]


def test_an_empty_file_is_loaded_as_no_rows(desk):
    desk.write("")
    assert desk.load().n_files_loaded == 1
    assert desk.rows("select n_rows from raw.loaded_files") == [(0,)]
    assert desk.rows("select kind, n_rows from raw.load_report") == [("loaded", 0)]
    assert desk.load().n_files_unchanged == 1


def test_a_record_without_a_required_key_is_quarantined(desk):
    desk.write([{"id": 1}, change(2, id=None), change(3)])
    desk.load()
    assert desk.ids() == ["3"]
    assert desk.quarantine() == [(1, "missing", "created_at"), (2, "missing", "id")]


@pytest.mark.parametrize("value", ["seven", 1.5, True, [1], {"a": 1}, "12"])
def test_a_required_key_of_the_wrong_type_is_quarantined(desk, value):
    desk.write([change(1, id=value), change(2)])
    desk.load()
    assert desk.ids() == ["2"]
    assert desk.quarantine() == [(1, "wrong_type", "id")]


@pytest.mark.parametrize(
    ("key", "value", "reason", "field"),
    [
        ("title", 5, "wrong_type", "title"),
        ("merged", "yes", "wrong_type", "merged"),
        ("share", "half", "wrong_type", "share"),
        ("user", "ann", "wrong_type", "user"),
        ("user", {"login": 5}, "wrong_type", "user.login"),
        ("labels", {"name": "bug"}, "wrong_type", "labels"),
        ("labels", "bug", "wrong_type", "labels"),
        ("labels", ["bug"], "wrong_type", "labels[]"),
        ("labels", [{"name": "a"}, {"name": 5}], "wrong_type", "labels[].name"),
        ("updated_at", "0000-00-00", "zero_date", "updated_at"),
        ("updated_at", "0000-00-00T00:00:00Z", "zero_date", "updated_at"),
        ("updated_at", "25-11-2025", "not_a_timestamp", "updated_at"),
        ("updated_at", "2026-02-30T00:00:00Z", "not_a_timestamp", "updated_at"),
        ("updated_at", "2026-01-01T00:00:00", "naive_timestamp", "updated_at"),
        ("updated_at", "1970-01-01T00:00:00Z", "placeholder_date", "updated_at"),
        ("updated_at", True, "wrong_type", "updated_at"),
        ("due", "25-11-2025", "not_a_date", "due"),
        ("due", "0000-00-00", "zero_date", "due"),
        ("due", 20260101, "wrong_type", "due"),
    ],
)
def test_an_optional_value_that_fails_is_nulled_with_a_counted_reason(
    desk, key, value, reason, field
):
    desk.write([change(1, **{key: value}), change(2)])
    result = desk.load()
    assert desk.ids() == ["1", "2"]
    assert result.n_values_nulled == 1
    assert desk.report("nulled") == [(reason, field, 1)]
    path = field.replace("labels[].name", "labels[1].name").replace("[]", "[0].name")
    assert desk.values(path)[0] in (None, '{"login":null}')


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("0000-00-00T00:00:00Z", "zero_date"),
        ("25-11-2025", "not_a_timestamp"),
        ("2026-01-01T00:00:00", "naive_timestamp"),
        ("2026-01-01", "not_a_timestamp"),
        ("1970-01-01T00:00:00Z", "placeholder_date"),
        (0, "wrong_type"),
    ],
)
def test_a_required_time_that_fails_is_quarantined(desk, value, reason):
    desk.write([change(1, created_at=value), change(2)])
    desk.load()
    assert desk.quarantine() == [(1, reason, "created_at")]
    assert desk.ids() == ["2"]


def test_all_forms_of_time_with_an_offset_load_side_by_side(desk):
    times = [
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.123456Z",
        "2026-01-01T08:00:00+0800",
        "2026-01-01T08:00:00.000+08:00",
        "2026-01-01 08:00:00+08",
        "2025-12-31T20:30:00-0330",
        1767225600,
        1767225600.5,
    ]
    desk.write([change(number, created_at=time) for number, time in enumerate(times)])
    result = desk.load()
    assert (result.n_rows_loaded, result.n_rows_quarantined) == (len(times), 0)


def test_a_deleted_user_and_absent_or_empty_containers_are_fine(desk):
    desk.write(
        [
            change(1, user=None, labels=None),
            change(2, user={}, labels=[]),
            change(3, user={"login": None}, labels=[{"name": None}, {}]),
            change(4),
        ]
    )
    result = desk.load()
    assert (result.n_rows_loaded, result.n_values_nulled) == (4, 0)
    assert desk.values("user.login") == [None] * 4


def test_several_faults_in_one_record_are_each_counted_once(desk):
    desk.write([change(1, title=5, due="tomorrow"), change(2, title=6)])
    desk.load()
    assert desk.report("nulled") == [
        ("not_a_date", "due", 1),
        ("wrong_type", "title", 2),
    ]
    desk.write([{"id": "x", "title": 7}], "two.jsonl")
    desk.load()
    assert desk.quarantine() == [(1, "wrong_type", "id")]
    assert desk.report("nulled")[1] == ("wrong_type", "title", 2)


def test_every_line_of_every_file_is_accounted_for(desk):
    lines = [change(1), "{", "", change(2, title=5), {"id": 4}, change(1), "[]"]
    desk.write(lines)
    desk.load()
    ((n_lines,),) = desk.rows(
        "select sum(n_rows) from raw.load_report"
        " where kind in ('loaded', 'quarantined', 'blank_line')"
    )
    assert n_lines == len(lines)


def test_nothing_that_a_record_holds_is_kept_or_told_when_it_is_refused(desk):
    desk.write(
        [
            '{"id": 1, "title": "' + SECRET,
            json.dumps({"id": SECRET, "created_at": SECRET}),
            f'"{SECRET}"',
            change(2, title={"text": SECRET}, due=SECRET),
        ]
    )
    desk.write(
        f'{{"id": 3, "title": "{SECRET}\udcff"}}\n'.encode("utf-8", "surrogateescape"),
        "bad.jsonl",
    )
    desk.load()
    everything = json.dumps(desk.tables(), default=str) + "\n".join(desk.log)
    assert SECRET not in everything
    assert len(desk.quarantine()) == 4
    assert desk.log


def test_each_quarantined_record_says_how_to_mend_it(desk):
    desk.write(["{", change(1, created_at="2026-01-01T00:00:00")])
    desk.load()
    fixes = dict(desk.rows("select reason, fix from raw.quarantine"))
    assert "one whole JSON object per line" in fixes["not_json"]
    assert "Z, +08:00" in fixes["naive_timestamp"]
    assert any("naive_timestamp" in message for message in desk.log)


def test_row_numbers_hold_in_files_that_several_threads_read(desk):
    records = [change(number, title="x" * 400) for number in range(150_000)]
    desk.write(records)
    desk.load()
    assert desk.rows(
        "select count(*), count(distinct row_number) from raw.acme__changes"
        " where (record ->> '$.id')::bigint = row_number - 1"
    ) == [(150_000, 150_000)]
