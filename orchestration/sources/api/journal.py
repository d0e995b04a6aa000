"""What an unfinished extract has read: every whole answer, in an SQLite file.

An extract asks the same questions in the same order as long as it gets the same answers. So one
that was stopped is repeated from its beginning, and what the journal holds is not asked again.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from pathlib import Path

from orchestration.sources.api.client import Answer
from orchestration.sources.api.errors import ExtractError

_TABLES = """
create table if not exists about (until text not null);
create table if not exists answers (
    url text primary key,
    next text,
    body blob not null
) without rowid;
-- Gone when the file is closed; kept on disk when it grows.
create temp table written (
    stream text,
    identity text,
    primary key (stream, identity)
) without rowid;
"""


class Journal:
    """One per extract. An answer is there as a whole or not at all, whatever is killed when."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        # Each statement commits by itself.
        self._database = sqlite3.connect(file, isolation_level=None)
        try:
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = normal")
            self._database.execute("pragma temp_store = file")
            self._database.executescript(_TABLES)
        except sqlite3.DatabaseError:
            self._database.close()
            raise ExtractError(
                f"{file} is damaged. Remove it: the extract then starts from its beginning."
            ) from None

    @property
    def until(self) -> str | None:
        """The moment up to which the extract reads, as it was when it began; None for a new one."""
        row = self._database.execute("select until from about").fetchone()
        return str(row[0]) if row else None

    def begin(self, until: str) -> None:
        self._database.execute("insert into about values (?)", [until])

    @property
    def n_answers(self) -> int:
        (count,) = self._database.execute("select count(*) from answers").fetchone()
        return int(count)

    def answer(self, url: str) -> Answer | None:
        row = self._database.execute(
            "select body, next from answers where url = ?", [url]
        ).fetchone()
        if row is None:
            return None
        body = zlib.decompress(row[0])
        return Answer(body, json.loads(body), row[1])

    def keep(self, url: str, answer: Answer) -> None:
        self._database.execute(
            "insert or ignore into answers values (?, ?, ?)",
            [url, answer.next, zlib.compress(answer.body, 1)],
        )

    def is_new(self, stream: str, identity: str) -> bool:
        """Whether a record has not been written yet; from now on, it has."""
        found = self._database.execute(
            "insert or ignore into written values (?, ?)", [stream, identity]
        )
        return found.rowcount == 1

    def close(self) -> None:
        self._database.close()

    def remove(self) -> None:
        """Close it and leave nothing behind."""
        self.close()
        for suffix in ("-wal", "-shm", ""):
            self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
