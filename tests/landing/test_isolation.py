"""Whatever is wrong with one stream, the rows of every other stream are exactly the same."""

from __future__ import annotations

import gzip
import json
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing import Stream, load_landing
from orchestration.landing.contracts import read_contract
from orchestration.landing.lines import MAX_LINE_BYTES
from tests.landing.conftest import AT

CONTRACT = """
source: acme
format: json
streams:
  changes:
    purpose: Events as JSON lines.
    kind: event
    retention: operational
    primary_key: [id]
    keys: &keys
      id: {type: integer, required: true, why: identifies the record}
      title: {type: text, why: shown}
  pages:
    purpose: Events as a connector wraps them, compressed.
    kind: event
    retention: operational
    primary_key: [id]
    keys: *keys
  roster:
    purpose: A full list as CSV.
    kind: snapshot
    retention: person
    primary_key: [id]
    keys: *keys
  shifts:
    purpose: A full list as Parquet.
    kind: snapshot
    retention: operational
    primary_key: [id]
    keys: *keys
"""
STREAMS = ("changes", "pages", "roster", "shifts")
GOOD = [{"id": number, "title": f"number {number}"} for number in range(3)]
HUGE = b'{"id": 1, "title": "' + b"x" * MAX_LINE_BYTES + b'"}\n'

Contracts = dict[tuple[str, str], Stream]
Rows = dict[str, list[tuple[Any, ...]]]
# (stream, source_file, kind, reason)
Account = set[tuple[str, str, str, str | None]]


def as_lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def as_csv(*records: dict[str, Any]) -> bytes:
    lines = [",".join(records[0]), *(",".join(map(str, one.values())) for one in records)]
    return "\n".join(lines).encode()


def write_good(landing: Path) -> None:
    """One extract of each stream, each in a form of its own."""
    changes, pages, roster, shifts = (landing / "acme" / name / AT for name in STREAMS)
    for folder in (changes, pages, roster, shifts):
        folder.mkdir(parents=True)
    (changes / "good.jsonl").write_bytes(as_lines(*GOOD))
    wrapped = as_lines(*({"_airbyte_data": record} for record in GOOD))
    (pages / "good.jsonl.gz").write_bytes(gzip.compress(wrapped))
    (roster / "good.csv").write_bytes(as_csv(*GOOD))
    rows = ", ".join(f"({record['id']}, '{record['title']}')" for record in GOOD)
    duckdb.sql(f"from (values {rows}) as t (id, title)").write_parquet(str(shifts / "good.parquet"))


@dataclass(frozen=True)
class Damage:
    """A file beside the good one of a stream, and what the account says of it."""

    name: str
    content: bytes
    kind: str
    reason: str | None

    def do(self, folder: Path) -> None:
        (folder / self.name).write_bytes(self.content)


class Folder(Damage):
    def do(self, folder: Path) -> None:
        (folder / self.name).mkdir()


class Loop(Damage):
    def do(self, folder: Path) -> None:
        (folder / self.name).symlink_to(folder / self.name)


BARE, WRAPPED = as_lines(GOOD[0]), as_lines({"data": GOOD[1]})
NO_ID, WRONG_ID = {"title": "a"}, {"id": "one", "title": "a"}
DAMAGES = [
    Damage("bytes_not_utf8.jsonl", b"\xff\xfe\n", "quarantined", "not_utf8"),
    Damage("wrong_type.jsonl", as_lines(WRONG_ID), "quarantined", "wrong_type"),
    Damage("missing_key.jsonl", as_lines(NO_ID), "quarantined", "missing"),
    Damage("huge_line.jsonl", HUGE, "quarantined", "line_too_long"),
    Damage("mixed_envelopes.jsonl", BARE + WRAPPED, "refused", "mixed_envelopes"),
    Damage("wrong_type.csv", as_csv(WRONG_ID), "quarantined", "wrong_type"),
    Damage("missing_column.csv", as_csv(NO_ID), "refused", "missing_column"),
    Damage("forbidden_column.csv", as_csv({"id": 1, "salary": 1}), "refused", "forbidden_column"),
    Damage("bytes_not_utf8.csv", as_csv(GOOD[0]) + b"\xff", "refused", "not_utf8"),
    Damage("no_header.csv", b"\n", "refused", "missing_column"),
    Damage("unreadable.parquet", b"PAR1 and no more", "refused", "unreadable"),
    Damage("truncated.jsonl.gz", gzip.compress(BARE)[:-9], "refused", "damaged_gzip"),
    Damage("no_gzip.csv.gz", as_csv(GOOD[0]), "refused", "damaged_gzip"),
    Damage("empty.jsonl", b"", "loaded", None),
    Damage("wrong_extension.docx", BARE, "refused", "unknown_format"),
    Folder("folder.jsonl", b"", "refused", "unknown_format"),
    Loop("link_to_itself.jsonl", b"", "refused", "unknown_format"),
]


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Contracts:
    path = tmp_path_factory.mktemp("contracts") / "acme.yml"
    path.write_text(CONTRACT)
    return {(stream.source, stream.name): stream for stream in read_contract(path)}


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    write_good(tmp_path / "landing")
    return tmp_path / "landing"


def loaded(landing: Path, contracts: Contracts) -> tuple[Rows, Account]:
    """What a fresh database has after a load: the raw rows of each stream, and what the account
    says of files that are not the good ones."""
    with closing(duckdb.connect(config={"threads": "1"})) as connection:
        load_landing(connection, landing, contracts)
        rows = {
            name: connection.execute(
                "select record::varchar, source_file, row_number, record_hash"
                f" from raw.acme__{name} order by source_file, row_number"
            ).fetchall()
            for name in STREAMS
        }
        account = connection.execute(
            "select stream, source_file, kind, reason from raw.load_report"
            " where source_file not like '%/good.%'"
        ).fetchall()
    return rows, set(account)


def expected(stream: str, damage: Damage) -> Account:
    """What the account says of a damaged file: its fault, and that nothing of it was loaded."""
    file = f"acme/{stream}/{AT}/{damage.name}"
    found = {(stream, file, damage.kind, damage.reason)}
    # A file that was read is listed with the rows that were loaded from it.
    return found if damage.kind == "refused" else {*found, (stream, file, "loaded", None)}


@pytest.fixture(scope="module")
def undamaged(contracts: Contracts, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    landing = tmp_path_factory.mktemp("undamaged")
    write_good(landing)
    rows, account = loaded(landing, contracts)
    assert account == set()
    assert {name: len(listed) for name, listed in rows.items()} == dict.fromkeys(STREAMS, len(GOOD))
    return rows


# Damaged files bring no row, so that the good rows of a damaged stream are the same, too.
@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_that_is_damaged_in_every_way_changes_no_other(
    landing, contracts, undamaged, stream
):
    for damage in DAMAGES:
        damage.do(landing / "acme" / stream / AT)
    rows, account = loaded(landing, contracts)
    assert rows == undamaged
    assert account == set().union(*(expected(stream, damage) for damage in DAMAGES))


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_one_kind_of_damage_in_every_stream_is_counted_in_each_and_changes_none(
    landing, contracts, undamaged, damage
):
    for stream in STREAMS:
        damage.do(landing / "acme" / stream / AT)
    rows, account = loaded(landing, contracts)
    assert rows == undamaged
    assert account == set().union(*(expected(stream, damage) for stream in STREAMS))


@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_without_a_folder_changes_no_row_of_another(landing, contracts, undamaged, stream):
    shutil.rmtree(landing / "acme" / stream)
    rows, account = loaded(landing, contracts)
    assert rows == {**undamaged, stream: []}
    assert account == set()
