"""One way to open a DuckDB file of a home."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.progress import say


class WarehouseBusy(Exception):
    """Another process holds the file; the message says what to do."""


@contextmanager
def connect(
    file: Path, *, read_only: bool = False, patience_seconds: float = 120
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file, and close it at the end.

    DuckDB admits one writing process. After a kill, what the killed run had started may
    still hold the file for a moment: wait for it, up to `patience_seconds`. Raises
    WarehouseBusy after that.
    """
    connection = _open_when_free(file, read_only, patience_seconds)
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def wait_until_free(file: Path, patience_seconds: float = 120) -> None:
    """Return when no other process holds the file. Raises WarehouseBusy."""
    if file.exists():
        _open_when_free(file, False, patience_seconds).close()


def _open_when_free(
    file: Path, read_only: bool, patience_seconds: float
) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + patience_seconds
    told = False
    while True:
        try:
            return duckdb.connect(file, read_only=read_only)
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            if time.monotonic() > deadline:
                raise WarehouseBusy(
                    f"{file} is in use by another process. Close what has it open "
                    "(another run, `make dev`, a database client) and run again."
                ) from error
        if not told:
            say(f"waiting for another process to release {file.name}")
            told = True
        time.sleep(0.5)
