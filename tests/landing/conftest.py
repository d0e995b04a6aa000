"""A landing folder and a warehouse of their own for each test."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing import Stream, StreamLoad, load_stream
from orchestration.landing.contracts import read_contract

CONTRACT = """
source: acme
format: json
streams:
  changes:
    purpose: Stands for any stream of events.
    kind: event
    retention: operational
    primary_key: [id]
    cursor: updated_at
    keys:
      id: {type: integer, required: true, why: identifies the change}
      title: {type: text, why: shown}
      user.login: {type: text, person: true, why: author}
      labels[].name: {type: text, why: work type}
      merged: {type: boolean, why: tells merged from open}
      share: {type: number, why: part of the work}
      payload: {type: any, within: [service, n], why: names the service}
      tags: {type: any, why: words}
      due: {type: date, why: when it was wanted}
      verdict: {type: text, only: [approved, "sent back"], why: what came of the review}
      created_at: {type: timestamp, required: true, why: start}
      updated_at: {type: timestamp, why: the latest version wins}
  roster:
    purpose: Stands for any full list.
    kind: snapshot
    retention: person
    primary_key: [employee_id]
    keys:
      employee_id: {type: text, required: true, person: true, why: identifies}
      level: {type: text, why: time in level}
      hired_on: {type: date, why: tenure}
      weight: {type: integer, why: share of on-call}
"""

AT = "2026-08-31T00-00-00Z"
LATER = "2026-09-30T00-00-00Z"


def change(number: int, **keys: Any) -> dict[str, Any]:
    """A valid record of the stream `changes`."""
    return {"id": number, "created_at": "2026-01-02T03:04:05Z", **keys}


# Times are compared as text: fetching them as values needs another package.
_OF_FILES = "* exclude (loaded_at) replace (extracted_at::varchar as extracted_at)"
_COMPARED = {"streams": "*", "quarantine": "* exclude (loaded_at)"}


@dataclass
class Desk:
    """Writes files into a landing folder, loads them, and looks at the outcome."""

    folder: Path
    streams: dict[str, Stream]
    connection: duckdb.DuckDBPyConnection
    log: list[str] = field(default_factory=list)

    def write(
        self,
        content: bytes | str | list[Any],
        name: str = "part.jsonl",
        *,
        stream: str = "changes",
        at: str = AT,
    ) -> Path:
        """Write bytes, text, or records (one JSON object or raw text per line)."""
        path = self.folder / "acme" / stream / at / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            content = "".join(
                (line if isinstance(line, str) else json.dumps(line)) + "\n" for line in content
            )
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    def load(self, stream: str = "changes") -> StreamLoad:
        return load_stream(self.connection, self.folder, self.streams[stream], log=self.log.append)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, list(values)).fetchall()

    def ids(self, stream: str = "changes") -> list[str]:
        key = "employee_id" if stream == "roster" else "id"
        return [
            value
            for (value,) in self.rows(
                f"select record ->> '$.{key}' as id from raw.acme__{stream} order by id"
            )
        ]

    def values(self, path: str, stream: str = "changes") -> list[str | None]:
        return [
            value
            for (value,) in self.rows(
                f"select record ->> ? from raw.acme__{stream} order by source_file, row_number",
                f"$.{path}",
            )
        ]

    def report(self, kind: str) -> list[tuple[str | None, str | None, int]]:
        """(reason, field, n_rows) of a kind, without what is zero."""
        return self.rows(
            "select reason, field, sum(n_rows)::bigint from raw.load_report"
            " where kind = ? and n_rows > 0 group by all order by all",
            kind,
        )

    def quarantine(self) -> list[tuple[int, str, str | None]]:
        return self.rows("select row_number, reason, field from raw.quarantine order by all")

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every raw table as a sorted list of rows, without the time of loading."""
        names = self.rows("select table_name from duckdb_tables() where schema_name = 'raw'")
        return {
            name: self.rows(f"select {_COMPARED.get(name, _OF_FILES)} from raw.{name} order by all")
            for (name,) in sorted(names)
        }


@pytest.fixture
def streams(tmp_path: Path) -> dict[str, Stream]:
    path = tmp_path / "acme.yml"
    path.write_text(CONTRACT)
    return {stream.name: stream for stream in read_contract(path)}


@pytest.fixture
def desk(tmp_path: Path, streams: dict[str, Stream]) -> Desk:
    return Desk(
        tmp_path / "landing",
        streams,
        duckdb.connect(str(tmp_path / "warehouse.duckdb")),
    )
