"""The account of a load: what became of every row, by file, kind, reason and field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import duckdb

from orchestration.landing.contracts import Stream
from orchestration.landing.files import LandingFile

# Kinds of `raw.load_report`. Counts are of rows, or 1 where the kind is about a file.
LOADED = "loaded"
QUARANTINED = "quarantined"
NULLED = "nulled"
DROPPED = "dropped_column"
BLANK = "blank_line"
MESSAGE = "protocol_message"
DUPLICATE = "duplicate"
OUT_OF_ORDER = "out_of_order"
ALREADY_LOADED = "already_loaded"
CHANGED = "changed_file"
REFUSED = "refused"
UNKNOWN = "unknown"
# Less or more than a manifest says; the rows that differ.
INCOMPLETE = "incomplete"

# Rows that a later load of the same file takes the place of.
_PROVISIONAL = (REFUSED, UNKNOWN)


def write_report(
    connection: duckdb.DuckDBPyConnection,
    stream: Stream,
    file: LandingFile,
    file_hash: str | None,
    loaded_at: datetime,
    entries: Iterable[tuple[str, str | None, str | None, int]],
) -> None:
    """Add (kind, reason, field, n_rows) for one file; within a transaction."""
    forget_provisional(connection, stream.source, stream.name, [file.source_file])
    rows = [
        [
            stream.source,
            stream.name,
            file.source_file,
            file_hash,
            file.extracted_at,
            loaded_at,
            *entry,
        ]
        for entry in entries
    ]
    insert(connection, "raw.load_report", rows)


def write_refusal(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    stream: str,
    source_file: str,
    extracted_at: datetime | None,
    loaded_at: datetime,
    kind: str,
    reason: str,
    field: str | None = None,
) -> None:
    """Say once that a file or folder was not loaded, however often that is tried."""
    forget_provisional(connection, source, stream, [source_file])
    row = [source, stream, source_file, None, extracted_at, loaded_at, kind, reason]
    insert(connection, "raw.load_report", [[*row, field, 1]])


def forget_provisional(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    stream: str,
    source_files: Sequence[str],
) -> None:
    """Drop earlier refusals of files that are being reported anew."""
    connection.execute(
        """
        delete from raw.load_report
        where source = ? and stream = ? and source_file in (select unnest(?))
            and kind in (select unnest(?))
        """,
        [source, stream, list(source_files), list(_PROVISIONAL)],
    )


def write_incomplete(
    connection: duckdb.DuckDBPyConnection,
    stream: Stream,
    found: Sequence[tuple[str, datetime, str, int]],
    loaded_at: datetime,
) -> None:
    """Say what is incomplete now: (source_file, extracted_at, reason, n_rows); within a
    transaction. What was mended is no longer said."""
    connection.execute(
        "delete from raw.load_report where source = ? and stream = ? and kind = ?",
        [stream.source, stream.name, INCOMPLETE],
    )
    rows = [
        [stream.source, stream.name, file, None, at, loaded_at, INCOMPLETE, reason, None, n_rows]
        for file, at, reason, n_rows in found
    ]
    insert(connection, "raw.load_report", rows)


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]
) -> None:
    """Insert a few rows of bookkeeping."""
    if rows:
        marks = "(" + ", ".join("?" * len(rows[0])) + ")"
        connection.execute(
            f"insert into {table} values {', '.join([marks] * len(rows))}",
            [value for row in rows for value in row],
        )
