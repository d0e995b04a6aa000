"""Dagster's memory of runs, as a run on the terminal writes it.

Dagster keeps its event log in SQLite and opens the file anew for each of the thousand events of
a run, which costs more than building the tables. Here each file is opened once. Only the
terminal does so: Dagster's user interface watches the files, and they change less often.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster import DagsterInstance
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, StaticPool, create_engine, event

if TYPE_CHECKING:
    from dagster._serdes import ConfigurableClassData

_SETTINGS = "terminal.yaml"
_BUSY_SECONDS = 30


class OpenEventLog(SqliteEventLogStorage):
    """Dagster's SQLite event log, with one open connection per file until `dispose`."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> OpenEventLog:
        return cls(inst_data=inst_data, **config_value)

    @cached_property
    def supports_asset_checks(self) -> bool:
        """Looked up once: Dagster asks it with each of its events."""
        return bool(super().supports_asset_checks)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            if shard not in self._engines:
                self._engines[shard] = self._open(shard)
            with self._engines[shard].connect() as connection, connection.begin():
                yield connection

    def _open(self, shard: str) -> Engine:
        engine = create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool,
            connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        )
        # With a write-ahead log this is safe against a killed run; only a power cut may lose
        # the last events.
        event.listen(engine, "connect", lambda raw, _: raw.execute("pragma synchronous = normal"))
        self._initdb(engine)
        return engine

    def dispose(self) -> None:
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def terminal_instance(dagster_home: Path) -> DagsterInstance:
    """The Dagster instance of a home, for a run on the terminal."""
    (dagster_home / _SETTINGS).write_text(
        "telemetry:\n"
        "  enabled: false\n"
        "event_log_storage:\n"
        f"  module: {OpenEventLog.__module__}\n"
        f"  class: {OpenEventLog.__name__}\n"
        "  config:\n"
        f"    base_dir: {json.dumps(str(dagster_home.resolve() / 'history' / 'runs'))}\n"
    )
    return DagsterInstance.from_config(str(dagster_home), _SETTINGS)
