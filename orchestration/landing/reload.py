"""Backfill: forget files of a stream, so that the next load reads them again.

For example after a contract gained a key, which records already loaded do not have. Nothing that
only the warehouse still holds is forgotten: files that left the landing folder, and files that
were loaded with another content before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.landing.contracts import Stream
from orchestration.landing.files import list_stream
from orchestration.landing.tables import Transaction, ensure_raw, quoted


@dataclass(frozen=True)
class Forgotten:
    """Files that the next load reads again, and files of the period that stay as they are."""

    n_files: int
    n_files_kept: int


def forget(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    stream: Stream,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Forgotten:
    """Forget files with since <= extracted_at < until (UTC; None is open), in one transaction.

    A load that is killed after it is completed by the next: forgotten files are new files.
    """
    ensure_raw(connection, [stream])
    present = [file.source_file for file in list_stream(landing, stream)[0]]
    with Transaction(connection):
        connection.execute(
            """
            create or replace temp table _period as
            select source_file, list_contains($present, source_file)
                and count(distinct file_hash) = 1 as is_again
            from raw.loaded_files
            where source = $source and stream = $stream
            group by source_file
            having max(extracted_at) >= coalesce($since, '-infinity'::timestamptz)
                and max(extracted_at) < coalesce($until, 'infinity'::timestamptz)
            """,
            {
                "present": present,
                "source": stream.source,
                "stream": stream.name,
                "since": since,
                "until": until,
            },
        )
        # A repeat counts as loaded for the sake of the file it repeats: both go together.
        connection.execute(
            """
            create or replace temp table _again as
            select source_file from _period where is_again
            union
            select source_file from raw.loaded_files
            where source = $source and stream = $stream and n_rows = 0
                and file_hash in (
                    select file_hash from raw.loaded_files
                    inner join _period using (source_file)
                    where is_again and source = $source and stream = $stream
                )
            """,
            {"source": stream.source, "stream": stream.name},
        )
        for table in (
            f"raw.{quoted(stream.table)}",
            "raw.quarantine",
            "raw.load_report",
            "raw.loaded_files",
        ):
            connection.execute(
                f"delete from {table} where source_file in (select source_file from _again)"
            )
        counts = connection.execute(
            "select count(*) filter (is_again), count(*) filter (not is_again) from _period"
        ).fetchone()
        connection.execute("drop table _period")
        connection.execute("drop table _again")
    assert counts is not None
    return Forgotten(*counts)
