"""The files of a landing folder as plain records, each with the time of its extract."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.truth.moments import moment

Record = dict[str, Any]
Key = Callable[[Record], Hashable]
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass
class Landing:
    """The records of each stream, as they lie in the files."""

    streams: dict[tuple[str, str], list[tuple[datetime, Record]]] = field(default_factory=dict)

    def latest(
        self, source: str, stream: str, key: Key, cursor: Callable[[Record], object] | None = None
    ) -> list[Record]:
        """One record per key: the one with the latest cursor, of several the one that came last."""
        best: dict[Hashable, tuple[tuple[datetime, datetime], Record]] = {}
        for extracted_at, record in self.streams.get((source, stream), []):
            at = (moment(cursor(record)) if cursor else None) or BEFORE_ALL
            name = key(record)
            if name not in best or best[name][0] <= (at, extracted_at):
                best[name] = ((at, extracted_at), record)
        return [record for _, record in best.values()]

    def versions(self, source: str, stream: str) -> list[tuple[datetime, Record]]:
        """Every record in the order of arrival."""
        return sorted(self.streams.get((source, stream), []), key=lambda pair: pair[0])

    def newest(self, source: str, stream: str) -> list[Record]:
        """A snapshot is the full list each time: only its newest extract holds."""
        pairs = self.streams.get((source, stream), [])
        newest = max((extracted_at for extracted_at, _ in pairs), default=None)
        records: list[Record] = []
        for extracted_at, record in pairs:
            if extracted_at == newest and record not in records:
                records.append(record)
        return records


def read_landing(folder: Path) -> Landing:
    landing = Landing()
    for file in sorted(folder.glob("*/*/*/*")):
        source, stream, extract = file.relative_to(folder).parts[:3]
        pairs = landing.streams.setdefault((source, stream), [])
        pairs += [(extracted_at(extract), record) for record in read_file(file)]
    return landing


def extracted_at(folder: str) -> datetime:
    """From a name such as 2026-08-31 or 2026-08-31T06-00-00Z."""
    day, _, clock = folder.partition("T")
    at = f"{day}T{clock.rstrip('Z').replace('-', ':') or '00:00:00'}"
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


def read_file(file: Path) -> list[Record]:
    name = file.name.removesuffix(".gz")
    opened = gzip.open if file.name.endswith(".gz") else open
    if name.endswith((".jsonl", ".ndjson")):
        with opened(file, "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines if line.strip()]
    if name.endswith(".csv"):
        with opened(file, "rt", encoding="utf-8", newline="") as lines:
            return [{k: v or None for k, v in row.items()} for row in csv.DictReader(lines)]
    return []


def at_path(record: Record | None, path: str) -> Any:
    """The value below keys such as `commit.author.date`; nothing where one is missing."""
    value: Any = record
    for key in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def text(value: object) -> str | None:
    """An id or a word as text."""
    return None if value is None else str(value)


def changed_lines(record: Record) -> int | None:
    """Of a pull request: what was added and what was taken away; unknown where one of both is."""
    added, taken = record.get("additions"), record.get("deletions")
    return None if added is None or taken is None else int(added) + int(taken)
