"""Where the last finished extract of a repository or an account ended."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestration.files import write_whole

# Searches of a service show a change some minutes late, and its clock is not ours. A day also
# covers a page that was late by hours after an outage of the service, and repeats at most one
# day's records, which a load counts once.
OVERLAP_HOURS = 24.0


@dataclass(frozen=True)
class Note:
    """`ended`: by stream, the moment up to which it was read (ISO 8601, UTC). `marks` are the
    extractor's own."""

    ended: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> Note:
        return cls(**json.loads(file.read_text())) if file.exists() else cls()

    def write(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, json.dumps(asdict(self)))

    def after(self, streams: Iterable[str], until: datetime, marks: Mapping[str, str]) -> Note:
        """The note once an extract of these streams up to `until` is finished."""
        ended = dict(self.ended) | dict.fromkeys(streams, iso(until))
        return Note(ended, dict(self.marks) | dict(marks))

    def start(self, stream: str, overlap: timedelta) -> datetime | None:
        """Where the next extract of a stream starts, UTC; None is its beginning."""
        ended = self.ended.get(stream)
        return moment(ended) - overlap if ended else None

    def next_moment(self, now: datetime) -> datetime:
        """When an extract is said to be made: whole seconds, and later than any before it."""
        ends = [moment(ended) + timedelta(seconds=1) for ended in self.ended.values()]
        return max([now.astimezone(UTC).replace(microsecond=0), *ends])


def iso(at: datetime) -> str:
    """`2026-10-15T00:00:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """An ISO 8601 time with an offset, as UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)
