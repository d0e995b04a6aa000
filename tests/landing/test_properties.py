"""However records are ordered, repeated, split into files or damaged, what is known is the same."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.landing import load_stream
from tests.landing.conftest import AT, LATER, change

LIMITS = settings(
    max_examples=25,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
VERSIONS = [
    change(number, title=f"v{version}", updated_at=f"2026-01-0{version}T00:00:00Z")
    for number in range(4)
    for version in (1, 2, 3)
]


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[str, str, list[str]]]:
    """(extract, file, lines): all versions in any order, some again, in any number of files."""
    again = draw(st.lists(st.sampled_from(VERSIONS), max_size=6))
    records = draw(st.permutations([*VERSIONS, *again]))
    places = draw(
        st.lists(
            st.tuples(st.sampled_from([AT, LATER]), st.sampled_from(["a", "b", "c"])),
            min_size=len(records),
            max_size=len(records),
        )
    )
    files: dict[tuple[str, str], list[str]] = {}
    for place, record in zip(places, records, strict=True):
        files.setdefault(place, []).append(json.dumps(record))
    return [(at, name, lines) for (at, name), lines in files.items()]


@contextmanager
def loaded(streams, deliveries) -> Iterator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        for at, name, lines in deliveries:
            place = Path(folder) / "acme" / "changes" / at
            place.mkdir(parents=True, exist_ok=True)
            content = b"\n".join(
                line if isinstance(line, bytes) else line.encode() for line in lines
            )
            (place / f"{name}.jsonl").write_bytes(content + b"\n")
        load_stream(connection, Path(folder), streams["changes"])
        yield connection


def latest(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """What staging keeps: of each record, the newest version."""
    return connection.execute(
        """
        select record ->> '$.id', record ->> '$.title'
        from raw.acme__changes
        qualify row_number() over (
            partition by record ->> '$.id'
            order by record ->> '$.updated_at' desc, extracted_at desc, record_hash desc
        ) = 1
        order by all
        """
    ).fetchall()


@LIMITS
@given(delivered=deliveries())
def test_order_repetition_and_splitting_change_nothing(streams, delivered) -> None:
    with loaded(streams, delivered) as connection:
        assert latest(connection) == [(str(number), "v3") for number in range(4)]
        assert connection.execute("select * from raw.quarantine").fetchall() == []
        ((n_rows, n_repeated),) = connection.execute(
            "select sum(n_rows) filter (where kind = 'loaded'),"
            " coalesce(sum(n_rows) filter (where kind = 'duplicate'), 0) from raw.load_report"
        ).fetchall()
        whole = sum(len(lines) for _, _, lines in delivered)
        # A file whose content was loaded before is one repeat as a whole.
        seen = connection.execute(
            "select count(*) from raw.load_report where kind = 'already_loaded'"
        ).fetchall()
        if seen == [(0,)]:
            assert n_rows == whole
            assert n_repeated == whole - len(VERSIONS)


@LIMITS
@given(
    row=st.integers(0, 9),
    start=st.integers(0, 200),
    length=st.integers(0, 60),
    dirt=st.binary(max_size=40).filter(lambda value: b"\n" not in value and b"\r" not in value),
)
def test_damage_to_one_line_loses_at_most_that_line_and_is_reported(
    streams, row: int, start: int, length: int, dirt: bytes
) -> None:
    lines = [json.dumps(change(number, title="as it was")).encode() for number in range(10)]
    start = min(start, len(lines[row]))
    damaged = lines[row][:start] + dirt + lines[row][start + length :]
    with loaded(streams, [(AT, "part", [*lines[:row], damaged, *lines[row + 1 :]])]) as connection:
        others = connection.execute(
            "select row_number, (record ->> '$.id')::int, record ->> '$.title'"
            " from raw.acme__changes where row_number != ? order by all",
            [row + 1],
        ).fetchall()
        assert others == [(at + 1, at, "as it was") for at in range(10) if at != row]
        known = connection.execute(
            "select count(*) from raw.acme__changes where row_number = ?", [row + 1]
        ).fetchall()
        quarantined = connection.execute("select row_number from raw.quarantine").fetchall()
        blank = connection.execute(
            "select coalesce(sum(n_rows), 0) from raw.load_report"
            " where kind in ('blank_line', 'protocol_message')"
        ).fetchall()
        assert quarantined in ([], [(row + 1,)])
        assert known[0][0] + len(quarantined) + int(blank[0][0]) == 1


def test_one_stream_at_fault_changes_no_other(desk) -> None:
    desk.write([change(1)])
    desk.load()
    before = desk.rows("select * exclude (loaded_at) from raw.acme__changes")
    desk.write(b"\xff\xfe\x00", "roster.csv", stream="roster")
    desk.write("employee_id,salary\n1,2\n", "pay.csv", stream="roster")
    desk.load("roster")
    desk.load()
    assert desk.rows("select * exclude (loaded_at) from raw.acme__changes") == before
    assert len(desk.rows("select * from raw.load_report where kind = 'refused'")) == 2
