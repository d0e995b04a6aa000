"""Parquet: each row becomes a JSON text, and goes the same way as a JSON line."""

from __future__ import annotations

import duckdb

from orchestration.landing.columns import check_columns, nested
from orchestration.landing.contracts import Stream
from orchestration.landing.files import LandingFile
from orchestration.landing.rows import Rows
from orchestration.landing.tables import literal, quoted


def read_parquet(connection: duckdb.DuckDBPyConnection, file: LandingFile, stream: Stream) -> Rows:
    """Rows of one file as JSON texts; raises RefusedFile."""
    scan = f"read_parquet({literal(str(file.path))}, filename = 'file_key')"
    described = connection.execute(f"describe select * from {scan}").fetchall()
    columns = [name for name, *_ in described if name != "file_key"]
    dropped = check_columns(stream, columns)
    values = {name: quoted(name) for name in columns if name not in dropped}
    sql = f"""
        select file_key, to_json({nested(values)})::varchar as line,
            null::varchar as line_fault
        from {scan}
    """
    return Rows(sql, {str(file.path): file}, dropped=dropped)
