"""DuckDB for SQLAlchemy as Great Expectations needs it: results outlive their connection.

Great Expectations closes a connection before it fetches from it. DuckDB keeps a result only
as long as its connection, so under duckdb-engine alone every expectation fails. Here each
statement's rows are fetched at once and served from memory; expectations ask for counts and
aggregates, so there are few.

Connections are read-only, and `close_all` ends every one of them: DuckDB refuses a second
configuration of a file within one process, so a handle that a library leaves open would stop
the next step that writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakSet

import duckdb
from duckdb_engine import ConnectionWrapper, CursorWrapper, Dialect
from sqlalchemy import pool
from sqlalchemy.dialects import registry
from sqlalchemy.engine import URL

DRIVER = "buffered"

# Who opened what, so that all can be closed whatever a library forgets.
_open: WeakSet[BufferedConnection] = WeakSet()


class BufferedCursor(CursorWrapper):
    """A cursor that holds all rows of its last statement, and nothing of DuckDB."""

    arraysize = 1

    def __init__(self, wrapper: BufferedConnection) -> None:
        # The wrapper passes on what it is asked, so it serves as the connection too.
        super().__init__(wrapper, wrapper)  # type: ignore[arg-type]
        self._wrapper = wrapper
        self._rows: list[tuple[Any, ...]] = []
        self._description: list[Any] = []

    def execute(self, statement: str, parameters: Any = None, context: Any = None) -> None:
        super().execute(statement, parameters, context)
        described = self._wrapper.description
        # Types as words: the library keeps cursors for longer than their connection.
        self._description = [(name, str(kind), *rest) for name, kind, *rest in described or []]
        self._rows = self._wrapper.fetchall() if described else []

    @property
    def description(self) -> list[Any] | None:
        return self._description or None

    @property
    def rowcount(self) -> int:
        return -1

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        count = size or self.arraysize
        rows, self._rows = self._rows[:count], self._rows[count:]
        return rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        rows, self._rows = self._rows, []
        return rows


class BufferedConnection(ConnectionWrapper):
    """A connection whose cursors hold their rows; closing it lets go of DuckDB's own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection: duckdb.DuckDBPyConnection | None = connection
        self.notices = []
        _open.add(self)

    def __getattr__(self, name: str) -> Any:
        connection = self.__dict__.get("_connection")
        if connection is None:
            raise duckdb.ConnectionException("the connection is closed")
        return getattr(connection, name)

    def cursor(self) -> BufferedCursor:
        return BufferedCursor(self)

    def close(self) -> None:
        """A second call does nothing."""
        connection, self._connection = self._connection, None
        self.closed = True
        if connection is not None:
            connection.close()


class BufferedDialect(Dialect):
    """`duckdb+buffered:///file`: read-only, in UTC, one connection for all statements.

    The query of the address may name one more file to read:
    `duckdb+buffered:///reporting.duckdb?beside=warehouse.duckdb`, attached as `beside`.
    """

    driver = DRIVER
    supports_statement_cache = False

    @classmethod
    def get_pool_class(cls, url: URL) -> type[pool.Pool]:
        # One connection for all statements: opening a file takes longer than most of them.
        return pool.StaticPool

    def create_connect_args(self, url: URL) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (url.database,), {"beside": url.query.get("beside")}

    def connect(self, *arguments: Any, **options: Any) -> Any:
        (file,) = arguments
        return BufferedConnection(_connect(file, options.get("beside")))

    # Only reading: without transactions, a statement that fails does not spoil the next.
    def do_begin(self, dbapi_connection: Any) -> None:
        pass

    def do_commit(self, dbapi_connection: Any) -> None:
        pass

    def do_rollback(self, dbapi_connection: Any) -> None:
        pass


def register() -> None:
    """Make `duckdb+buffered` known to SQLAlchemy in this process."""
    registry.register(f"duckdb.{DRIVER}", __name__, BufferedDialect.__name__)


def address(file: Path, beside: Path | None = None) -> str:
    """The SQLAlchemy address of a file, with another one to read beside it."""
    query = {"beside": str(beside)} if beside else {}
    url = URL.create(f"duckdb+{DRIVER}", database=str(file), query=query)
    return url.render_as_string(hide_password=False)


def close_all() -> None:
    """Close every connection that is still open. A second call does nothing."""
    for connection in list(_open):
        with suppress(duckdb.Error):
            connection.close()
    _open.clear()


@contextmanager
def reading(file: Path, beside: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection without SQLAlchemy, as the dialect opens it; closed at the end."""
    connection = _connect(file, beside)
    try:
        yield connection
    finally:
        connection.close()


def _connect(file: str | Path | None, beside: str | Path | None) -> duckdb.DuckDBPyConnection:
    if not file or not Path(file).is_file():
        # DuckDB would say the same less clearly, or open an empty one in memory.
        raise FileNotFoundError(f"there is no DuckDB file {file}")
    connection = duckdb.connect(file, read_only=True)
    connection.execute("set TimeZone = 'UTC'")
    if beside:
        quoted = str(beside).replace("'", "''")
        # Connections of one process to one file share what is attached.
        connection.execute(f"attach if not exists '{quoted}' as beside (read_only)")
    return connection
