"""Files of a landing folder: where they are, when they were extracted, what they hold.

landing/<source>/<stream>/<extracted_at>/*.jsonl[.gz] | *.csv[.gz] | *.parquet
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.landing.contracts import Stream

SUFFIXES = {
    ".jsonl": "json",
    ".jsonl.gz": "json",
    ".ndjson": "json",
    ".ndjson.gz": "json",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".parquet": "parquet",
}

_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:T(\d{2})[-:]?(\d{2})[-:]?(\d{2})(?:[.,]\d+)?(?:Z|[+-]00[:-]?00))?"
)


@dataclass(frozen=True)
class LandingFile:
    """One file that can be read, as it was when the folder was listed."""

    path: Path
    source_file: str  # relative to landing, with forward slashes
    extracted_at: datetime
    format: str  # json, csv or parquet
    is_gzip: bool
    size_bytes: int
    mtime_ns: int

    @property
    def order(self) -> tuple[datetime, str]:
        """Files load in this order, so that a repeated run does what the first did."""
        return (self.extracted_at, self.source_file)

    def has_changed(self) -> bool:
        """Whether the file on disk is no longer the one that was listed."""
        stat = self.path.stat()
        return (stat.st_size, stat.st_mtime_ns) != (self.size_bytes, self.mtime_ns)


@dataclass(frozen=True)
class SkippedPath:
    """A file or folder that cannot be read, and the reason."""

    source_file: str
    reason: str
    extracted_at: datetime | None = None


def extract_time(folder: str) -> datetime | None:
    """The time that a folder's name states, in UTC; None when it states none.

    >>> extract_time("2026-08-31T06-00-00Z").isoformat()
    '2026-08-31T06:00:00+00:00'
    """
    match = _TIME.fullmatch(folder)
    if match is None:
        return None
    date, hour, minute, second = match.groups()
    try:
        day = datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC)
        return day.replace(hour=int(hour or 0), minute=int(minute or 0), second=int(second or 0))
    except ValueError:
        return None


def list_stream(landing: Path, stream: Stream) -> tuple[list[LandingFile], list[SkippedPath]]:
    """Files of a stream in loading order, and what in its folder is not one."""
    files: list[LandingFile] = []
    skipped: list[SkippedPath] = []
    folder = landing / stream.source / stream.name
    if os.path.lexists(folder) and not folder.is_dir():
        skipped.append(SkippedPath(folder.relative_to(landing).as_posix(), "not_a_folder"))
    for entry in _entries(folder):
        name = entry.relative_to(landing).as_posix()
        if not entry.is_dir():
            skipped.append(SkippedPath(name, "bad_folder"))
            continue
        extracted_at = extract_time(entry.name)
        if extracted_at is None:
            skipped.append(SkippedPath(name, "bad_folder"))
            continue
        for path in _entries(entry):
            name = path.relative_to(landing).as_posix()
            form = _format(path)
            if form is None or not path.is_file():
                skipped.append(SkippedPath(name, "unknown_format", extracted_at))
                continue
            stat = path.stat()
            files.append(
                LandingFile(
                    path=path,
                    source_file=name,
                    extracted_at=extracted_at,
                    format=form,
                    is_gzip=path.name.endswith(".gz"),
                    size_bytes=stat.st_size,
                    mtime_ns=stat.st_mtime_ns,
                )
            )
    return sorted(files, key=lambda file: file.order), skipped


def list_unknown(landing: Path, streams: Iterable[Stream]) -> list[tuple[str, str]]:
    """(source, stream) folders that no contract declares; stream '' for a whole source.

    Files that lie directly in the landing folder or in a source's folder count too.
    """
    declared = {(stream.source, stream.name) for stream in streams}
    sources = {source for source, _ in declared}
    unknown: list[tuple[str, str]] = []
    for source in _entries(landing):
        if source.name not in sources or not source.is_dir():
            unknown.append((source.name, ""))
            continue
        unknown.extend(
            (source.name, stream.name)
            for stream in _entries(source)
            if (source.name, stream.name) not in declared
        )
    return unknown


def _entries(folder: Path) -> Iterator[Path]:
    """Entries in order of name, without hidden ones; none when there is no folder."""
    if folder.is_dir():
        yield from sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _format(path: Path) -> str | None:
    return next((form for suffix, form in SUFFIXES.items() if path.name.endswith(suffix)), None)
