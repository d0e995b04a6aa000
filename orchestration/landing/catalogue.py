"""What is recorded about all streams together: their contracts, and unknown folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.landing import report
from orchestration.landing.contracts import Stream
from orchestration.landing.files import list_unknown
from orchestration.landing.reasons import fix_for
from orchestration.landing.tables import Transaction, ensure_raw

Log = Callable[[str], None]


def write_catalogue(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    streams: Mapping[tuple[str, str], Stream],
    *,
    log: Log = lambda message: None,
) -> list[str]:
    """Write raw.streams, one row per contract, and report folders that none declares.

    Returns those folders, relative to `landing`.
    """
    ensure_raw(connection, streams.values())
    loaded_at = datetime.now(UTC)
    unknown = list_unknown(landing, streams.values())
    places = {key: "/".join(filter(None, key)) for key in unknown}
    with Transaction(connection):
        _write_streams(connection, streams)
        connection.execute("delete from raw.load_report where kind = ?", [report.UNKNOWN])
        for (source, stream), place in places.items():
            report.write_refusal(
                connection,
                source,
                stream,
                place,
                None,
                loaded_at,
                report.UNKNOWN,
                "unknown_stream",
            )
    for place in places.values():
        log(f"{place}: unknown_stream: {fix_for('unknown_stream')}")
    return list(places.values())


def _write_streams(
    connection: duckdb.DuckDBPyConnection, streams: Mapping[tuple[str, str], Stream]
) -> None:
    connection.execute(
        """
        create or replace table raw.streams (
            source varchar,
            stream varchar,
            purpose varchar,
            kind varchar,
            retention varchar
        )
        """
    )
    connection.executemany(
        "insert into raw.streams values (?, ?, ?, ?, ?)",
        [(one.source, one.name, one.purpose, one.kind, one.retention) for one in streams.values()],
    )
