"""One extract of one repository or account: read with a journal, written aside, then shown.

    landing/.extracts/<source>/<host>/<name>/    journal and note, hidden from the loader
    landing/<source>/<stream>/<time>/            files, and a manifest of each

Killed at any point, it is repeated with the answers of the journal and ends with the same files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from orchestration.files import alone
from orchestration.landing.contracts import STREAMS_FOLDER, Stream, read_contract
from orchestration.landing.manifests import Manifest, write_manifest
from orchestration.sources.api.client import Client, Log
from orchestration.sources.api.errors import ExtractError
from orchestration.sources.api.journal import Journal
from orchestration.sources.api.notes import OVERLAP_HOURS, Note, iso, moment
from orchestration.sources.api.pages import Pages
from orchestration.sources.write import Encoded, Landing

Record = dict[str, Any]
_FOLDER = ".extracts"
_FOLDER_TIME = "%Y-%m-%dT%H-%M-%SZ"


@dataclass(frozen=True)
class Options:
    """`since` (UTC) takes the place of where the last extract ended; no `streams` means all."""

    since: datetime | None = None
    overlap_hours: float = OVERLAP_HOURS
    streams: frozenset[str] = frozenset()


@dataclass
class Extracted:
    """What an extract holds: records by stream, and the window that it was asked for (UTC)."""

    name: str
    since: Mapping[str, datetime | None]
    until: datetime
    records: dict[str, int] = field(default_factory=dict)
    n_requests: int = 0

    def __str__(self) -> str:
        found = ", ".join(f"{n:,} {stream}" for stream, n in self.records.items() if n)
        starts = [start for start in self.since.values() if start]
        since = f" since {iso(min(starts))}" if len(starts) == len(self.since) else ""
        return f"{self.name}: {found or 'nothing new'}{since}; {self.n_requests:,} requests"


class Run:
    """What an extractor works with. `since` is by wanted stream, None its beginning; `marks` are
    those of the last extract, and what is left in `left` those for the next."""

    def __init__(
        self,
        pages: Pages,
        write: Callable[[str, Record], bool],
        since: Mapping[str, datetime | None],
        until: datetime,
        marks: Mapping[str, str],
    ) -> None:
        self.pages, self.write = pages, write
        self.since, self.until = since, until
        self.marks = marks
        self.left: dict[str, str] = {}

    def wants(self, *streams: str) -> bool:
        return any(stream in self.since for stream in streams)

    def start(self, *streams: str) -> datetime | None:
        """The earliest start of those that are wanted; None where one starts at its beginning."""
        starts = [self.since[stream] for stream in streams if stream in self.since]
        found = [start for start in starts if start]
        return min(found) if found and len(found) == len(starts) else None


def extract(
    client: Client,
    name: str,
    part: str,
    read: Callable[[Run], None],
    landing: Path,
    options: Options,
    *,
    now: datetime | None = None,
    log: Log = lambda message: None,
) -> Extracted:
    """Write what `read` finds since the last extract of `name`; `part` names its files.

    Raises ExtractError; then nothing has appeared, and the next call goes on.
    """
    source = client.service.source
    streams = _streams(source, options.streams)
    host = urlsplit(client.base).netloc.replace(":", "-")
    folder = landing / _FOLDER / source / host / part
    with alone(folder / "lock"):
        note_file = folder / "note.json"
        note = Note.read(note_file)
        journal = _journal(folder / "journal.sqlite", note)
        if journal.until is None:
            journal.begin(iso(note.next_moment(now or datetime.now(UTC))))
        else:
            n_answers = journal.n_answers
            log(f"{name}: going on with the extract of {journal.until}; {n_answers:,} answers kept")
        until = moment(journal.until or "")
        overlap = timedelta(hours=options.overlap_hours)
        since = {stream: options.since or note.start(stream, overlap) for stream in streams}
        pages = Pages(client, journal, name=name, log=log)
        place = Landing(landing, part=part)
        write = _writer(streams, journal, place, until)
        # A mark says where the last extract ended; who asks for a time asks for more.
        run = Run(pages, write, since, until, {} if options.since else note.marks)
        try:
            read(run)
        except (KeyError, TypeError, AttributeError, ValueError) as problem:
            raise ExtractError(
                f"{name}: {client.service.name} answers in another form than its documents say"
                f" ({type(problem).__name__}). Is the address {client.base} that of its API?"
            ) from problem
        finally:
            journal.close()
        found = Extracted(name, since, until, _counts(place, since), pages.n_requests)
        place.publish()
        _write_manifests(landing, source, part, found)
        note.after(since, until, run.left).write(note_file)
        journal.remove()
    return found


def _streams(source: str, wanted: Iterable[str]) -> dict[str, Stream]:
    known = {stream.name: stream for stream in read_contract(STREAMS_FOLDER / f"{source}.yml")}
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise ExtractError(
            f"{source} has no stream {', '.join(unknown)}. Streams are {', '.join(known)}."
        )
    return {name: known[name] for name in known if name in (set(wanted) or known)}


def _journal(file: Path, note: Note) -> Journal:
    """The journal of an unfinished extract, else a new one."""
    journal = Journal(file)
    if journal.until in note.ended.values():
        # Killed after all was in place.
        journal.remove()
        return Journal(file)
    return journal


def _writer(
    streams: Mapping[str, Stream], journal: Journal, place: Landing, until: datetime
) -> Callable[[str, Record], bool]:
    extracted = until.strftime(_FOLDER_TIME)

    def write(stream: str, record: Record) -> bool:
        """Add a record unless the extract has it already; lists shift while they are read."""
        identity = [_value(record, path) for path in streams[stream].primary_key]
        if not journal.is_new(stream, json.dumps(identity)):
            return False
        place.add(streams[stream].source, stream, extracted, _line(record))
        return True

    return write


def _value(record: Record, path: str) -> Any:
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _line(record: Record) -> Encoded:
    """The record as it was sent, on one line."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which only its number can stand for
        text = json.dumps(record, separators=(",", ":"))
    return Encoded(text)


def _counts(place: Landing, streams: Iterable[str]) -> dict[str, int]:
    counts = {name.partition(".")[2]: n for name, n in place.counts().items()}
    return {stream: counts.get(stream, 0) for stream in streams}


def _write_manifests(landing: Path, source: str, part: str, found: Extracted) -> None:
    for stream, n_records in found.records.items():
        start = found.since[stream]
        manifest = Manifest(
            files={f"{part}.jsonl.gz": n_records} if n_records else {},
            since=iso(start) if start else None,
            until=iso(found.until),
        )
        folder = landing / source / stream / found.until.strftime(_FOLDER_TIME)
        write_manifest(folder, part, manifest)
