"""Tables of the `raw` schema: one per stream, and four that account for every file."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from orchestration.landing.contracts import Stream

_ACCOUNTS = """
create schema if not exists raw;

-- One row per file that was read or recognised as a repeat.
create table if not exists raw.loaded_files (
    file_hash varchar not null,
    source varchar not null,
    stream varchar not null,
    source_file varchar not null,
    extracted_at timestamptz not null,
    size_bytes bigint not null,
    mtime_ns bigint not null,
    n_rows bigint not null,
    loaded_at timestamptz not null
);

-- One row per file, kind, reason and field: what became of every row.
create table if not exists raw.load_report (
    source varchar not null,
    stream varchar not null,
    source_file varchar not null,
    file_hash varchar,
    extracted_at timestamptz,
    loaded_at timestamptz not null,
    kind varchar not null,
    reason varchar,
    field varchar,
    n_rows bigint not null
);

-- One row per record that was not loaded: where it is and why, never its text.
create table if not exists raw.quarantine (
    source varchar not null,
    stream varchar not null,
    source_file varchar not null,
    row_number bigint not null,
    reason varchar not null,
    field varchar,
    fix varchar not null,
    record_hash varchar not null,
    loaded_at timestamptz not null
);
"""

# Records are written in two thirds of the default's time and take a seventh of its
# space; a hash cannot be compressed, so no time is spent on trying.
_STREAM = """
create table if not exists raw.{table} (
    record json not null using compression zstd,
    source_file varchar not null,
    row_number bigint not null,
    extracted_at timestamptz not null,
    loaded_at timestamptz not null,
    record_hash varchar not null using compression uncompressed
)
"""


def ensure_raw(connection: duckdb.DuckDBPyConnection, streams: Iterable[Stream]) -> None:
    """Create the schema `raw` with every table, so that models run before any file."""
    connection.execute(_ACCOUNTS)
    for stream in streams:
        connection.execute(_STREAM.format(table=quoted(stream.table)))


def quoted(name: str) -> str:
    """Quote an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    """Quote an SQL text."""
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


class Transaction:
    """Commit what happens within, or undo it when anything is raised."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("begin transaction")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._connection.execute("commit" if kind is None else "rollback")
