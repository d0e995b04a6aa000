"""Loading: each new file becomes raw rows, once, and all of it is counted."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.files import sha256_of
from orchestration.landing import report
from orchestration.landing.catalogue import write_catalogue
from orchestration.landing.contracts import Stream
from orchestration.landing.envelopes import BARE, sniff
from orchestration.landing.files import (
    LandingFile,
    list_stream,
)
from orchestration.landing.judge import FILES, LANDED, judge
from orchestration.landing.lines import readable_copy
from orchestration.landing.manifests import gaps
from orchestration.landing.read_csv import read_csv
from orchestration.landing.read_json import read_json, read_json_copy
from orchestration.landing.read_parquet import read_parquet
from orchestration.landing.reasons import FIXES, fix_for
from orchestration.landing.rows import RefusedFile, Rows
from orchestration.landing.tables import Transaction, ensure_raw, literal, quoted

Log = Callable[[str], None]
# Hears of each batch that is judged and about to be loaded: the tables LANDED and FILES hold it.
Observer = Callable[[duckdb.DuckDBPyConnection, Stream], None]

# Small files share a transaction: a file of ten rows costs as much as one of ten
# thousand. Large ones stay alone, so that what a kill undoes is small.
_BATCH_BYTES = 64 << 20
_BATCH_FILES = 500

# What the engine raises when a file is not what it should be. Others (disk full,
# memory) are no fault of the file, and stop the load.
_UNREADABLE = (duckdb.InvalidInputException, duckdb.ConversionException)


@dataclass(frozen=True)
class FileProblem:
    """A file or folder that was not loaded, or is not whole."""

    source_file: str
    reason: str
    field: str | None
    fix: str


@dataclass
class StreamLoad:
    """What one call loaded; `n_files_unchanged` were known and not opened, `gaps` are files that
    are missing or hold another number of records than their manifest says."""

    source: str
    stream: str
    n_files_loaded: int = 0
    n_files_unchanged: int = 0
    n_files_repeated: int = 0
    n_rows_loaded: int = 0
    n_rows_quarantined: int = 0
    n_rows_duplicate: int = 0
    n_values_nulled: int = 0
    problems: list[FileProblem] = field(default_factory=list)
    gaps: list[FileProblem] = field(default_factory=list)


@dataclass(frozen=True)
class _Pending:
    file: LandingFile
    hash: str
    envelope: int
    has_changed: bool  # another content was loaded from this path before


@dataclass
class _History:
    """What `raw.loaded_files` knows about a stream."""

    by_name: dict[str, tuple[str, int, int]]
    by_content: dict[tuple[str, datetime | None], str]
    newest: datetime | None
    is_incomplete: bool  # by what the last load said


def load_landing(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    streams: Mapping[tuple[str, str], Stream],
    *,
    log: Log = lambda message: None,
) -> list[StreamLoad]:
    """Load every stream, and list folders that no contract declares."""
    write_catalogue(connection, landing, streams, log=log)
    return [load_stream(connection, landing, stream, log=log) for stream in streams.values()]


def load_stream(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    stream: Stream,
    *,
    log: Log = lambda message: None,
    observe: Observer | None = None,
) -> StreamLoad:
    """Load the files of one stream that are not loaded yet.

    Files load in order of (extracted_at, path), each within one transaction, so that a
    run that was killed is completed by the next. `connection` must not be within a
    transaction. Files at fault are reported and skipped; what is raised is no fault of
    a file (a full disk, for example).
    """
    ensure_raw(connection, [stream])
    return _StreamLoader(connection, stream, log, observe).run(landing)


class _StreamLoader:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        stream: Stream,
        log: Log,
        observe: Observer | None,
    ) -> None:
        self._connection = connection
        self._stream = stream
        self._log = log
        self._observe = observe
        self._result = StreamLoad(stream.source, stream.name)
        self._history = _read_history(connection, stream)

    def run(self, landing: Path) -> StreamLoad:
        files, skipped = list_stream(landing, self._stream)
        for path in skipped:
            self._refuse(path.source_file, path.extracted_at, path.reason)
        batch: list[_Pending] = []
        # Row numbers come from the order of insertion.
        with _Setting(self._connection, "preserve_insertion_order", "true"):
            for file in files:
                known = self._history.by_name.get(file.source_file)
                if known and known[1:] == (file.size_bytes, file.mtime_ns):
                    self._result.n_files_unchanged += 1
                    continue
                digest = sha256_of(file.path)
                if batch and any(_same(self._stream, one, file, digest) for one in batch):
                    batch = self._flush(batch)
                pending = self._pending(file, digest)
                if pending is None:
                    continue
                if batch and not _fits(batch, pending):
                    batch = self._flush(batch)
                batch.append(pending)
            self._flush(batch)
            for table in (LANDED, FILES):
                self._connection.execute(f"drop table if exists {table}")
        self._look_for_gaps(landing)
        return self._result

    def _pending(self, file: LandingFile, digest: str) -> _Pending | None:
        """What there is to load, or None for a file that is accounted for at once."""
        known = self._history.by_name.get(file.source_file)
        twin = self._history.by_content.get(_content_key(self._stream, file, digest))
        if (known and known[0] == digest) or twin == file.source_file:
            self._touch(file, digest)
            return None
        if twin is not None:
            self._repeat(file, digest, twin)
            return None
        if known and self._stream.kind == "snapshot":
            # Two versions of one full list would both count as the list.
            self._refuse(file.source_file, file.extracted_at, "changed_snapshot")
            return None
        envelope = sniff(file, self._stream) if file.format == "json" else BARE
        return _Pending(file, digest, envelope, known is not None)

    def _flush(self, batch: Sequence[_Pending]) -> list[_Pending]:
        """Load a batch; one file at a time when one of them cannot be read."""
        if not batch:
            return []
        try:
            self._load(batch, self._rows(batch))
        except RefusedFile as refused:
            file = batch[0].file
            self._refuse(file.source_file, file.extracted_at, refused.reason, refused.field)
        except (
            *_UNREADABLE,
            duckdb.IOException,
            OSError,
            EOFError,
            zlib.error,
        ) as error:
            if len(batch) > 1:
                for pending in batch:
                    self._flush([pending])
            else:
                self._load_damaged(batch[0], error)
        return []

    def _rows(self, batch: Sequence[_Pending]) -> Rows:
        first = batch[0].file
        if first.format == "csv":
            return read_csv(first, self._stream)
        if first.format == "parquet":
            return read_parquet(self._connection, first, self._stream)
        return read_json([pending.file for pending in batch], batch[0].envelope)

    def _load_damaged(self, pending: _Pending, error: Exception) -> None:
        """A file that the engine cannot take whole: save what can be read."""
        file = pending.file
        # The engine's message repeats what it read, so it is not passed on.
        if not isinstance(error, _UNREADABLE):
            if not (file.is_gzip and _is_damaged_gzip(file.path)):
                raise error
            self._refuse(file.source_file, file.extracted_at, "damaged_gzip")
            return
        if file.format != "json":
            self._refuse(file.source_file, file.extracted_at, "unreadable")
            return
        copy, bad_lines = readable_copy(file)
        with copy:
            path = f"/dev/fd/{copy.fileno()}"
            rows = read_json_copy(file, path, pending.envelope, bad_lines)
            try:
                self._load([pending], rows)
            except _UNREADABLE:
                self._refuse(file.source_file, file.extracted_at, "unreadable")
            except RefusedFile as refused:
                self._refuse(file.source_file, file.extracted_at, refused.reason)

    def _load(self, batch: Sequence[_Pending], rows: Rows) -> None:
        judge(self._connection, self._stream, rows)
        mixed = {
            rows.files[key].source_file
            for (key,) in self._connection.execute(
                f"select file_key from {FILES} where is_mixed"
            ).fetchall()
        }
        if mixed and len(batch) == 1:
            raise RefusedFile("mixed_envelopes")
        if mixed:
            for pending in batch:
                self._flush([pending])
            return
        for pending in batch:
            if pending.file.has_changed():
                if len(batch) == 1:
                    raise RefusedFile("changed_while_reading")
                for one in batch:
                    self._flush([one])
                return
        if self._observe:
            self._observe(self._connection, self._stream)
        loaded_at = datetime.now(UTC)
        with Transaction(self._connection):
            accounts = self._account(batch, rows, loaded_at)
            self._insert_rows(loaded_at)
        for pending in batch:
            self._remember(pending.file, pending.hash)
            newest, time_ = self._history.newest, pending.file.extracted_at
            self._history.newest = max(newest or time_, time_)
        self._tell(batch, accounts)

    def _insert_rows(self, loaded_at: datetime) -> None:
        self._connection.execute(
            f"""
            insert into raw.{quoted(self._stream.table)}
            select record, source_file, landed.rowid + row_offset, extracted_at,
                ?::timestamptz, record_hash
            from {LANDED} as landed
            inner join {FILES} using (file_key)
            where record is not null
            """,
            [loaded_at],
        )

    def _account(
        self, batch: Sequence[_Pending], rows: Rows, loaded_at: datetime
    ) -> dict[str, list[tuple[str, str | None, str | None, int]]]:
        """Write quarantine, report and loaded files; return the report by file."""
        stream, connection = self._stream, self._connection
        entries = self._entries(rows)
        self._quarantine(rows, loaded_at)
        for pending in batch:
            file = pending.file
            listed = entries.setdefault(file.source_file, [])
            n_loaded = sum(entry[3] for entry in listed if entry[0] == report.LOADED)
            if not any(entry[0] == report.LOADED for entry in listed):
                listed.insert(0, (report.LOADED, None, None, 0))
            newest = self._history.newest
            if newest is not None and file.extracted_at < newest:
                listed.append((report.OUT_OF_ORDER, None, None, n_loaded))
            if pending.has_changed:
                listed.append((report.CHANGED, None, None, 1))
            listed.extend((report.DROPPED, None, column, n_loaded) for column in rows.dropped)
            report.write_report(connection, stream, file, pending.hash, loaded_at, listed)
            connection.execute(
                "insert into raw.loaded_files values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                _file_row(stream, file, pending.hash, n_loaded, loaded_at),
            )
        return entries

    def _entries(self, rows: Rows) -> dict[str, list[tuple[str, str | None, str | None, int]]]:
        """Counts by file, without what only the file as a whole knows."""
        found = self._connection.execute(
            f"""
            with faulty as (
                select file_key, record is not null as is_loaded, faults
                from {LANDED}
                where faults is not null
            ),
            named as (
                select file_key, is_loaded, unnest(case when is_loaded then faults
                    else list_filter(
                        faults, lambda each_fault: each_fault.is_fatal
                    )[1:1] end) as fault
                from faulty
            )
            select file_key, '{report.LOADED}', null, null, count(record)
            from {LANDED}
            group by file_key
            union all
            select
                file_key,
                case
                    when fault.reason = 'blank' then '{report.BLANK}'
                    when fault.reason = 'message' then '{report.MESSAGE}'
                    when is_loaded then '{report.NULLED}'
                    else '{report.QUARANTINED}'
                end,
                case when fault.reason not in ('blank', 'message')
                    then fault.reason end,
                fault.field,
                count(*)
            from named
            group by all
            union all
            ({self._duplicates()})
            order by all
            """,
            [],
        ).fetchall()
        entries: dict[str, list[tuple[str, str | None, str | None, int]]] = {}
        for key, *entry in found:
            entries.setdefault(rows.files[key].source_file, []).append(tuple(entry))
        if rows.bad_lines:
            (file,) = rows.files.values()
            listed = entries.setdefault(file.source_file, [])
            _move_bad_lines(listed, rows)
        return entries

    def _duplicates(self) -> str:
        """SQL, records that an earlier row of the stream already holds, by file.

        Rows of a full list repeat in each extract by design, so there only repeats
        within one extract count.
        """
        raw = f"raw.{quoted(self._stream.table)}"
        scope = "extracted_at" if self._stream.kind == "snapshot" else "0"
        return f"""
            with scoped as (
                select landed.rowid as position, file_key, record_hash, {scope} as scope
                from {LANDED} as landed
                inner join {FILES} using (file_key)
                where record is not null
            ),
            repeated as (
                select record_hash, scope, min(position) as first_position
                from scoped
                group by record_hash, scope
                having count(*) > 1
            ),
            known as (
                select distinct record_hash, scope
                from scoped
                where (record_hash, scope) in (
                    select (record_hash, {scope}) from {raw}
                )
            )
            select file_key, '{report.DUPLICATE}', null, null, count(*)
            from scoped
            left join repeated using (record_hash, scope)
            left join known using (record_hash, scope)
            where position > first_position or known.record_hash is not null
            group by file_key
        """

    def _quarantine(self, rows: Rows, loaded_at: datetime) -> None:
        stream, connection = self._stream, self._connection
        fixes = ", ".join(f"{literal(k)}: {literal(v)}" for k, v in FIXES.items())
        connection.execute(
            f"""
            insert into raw.quarantine
            with faulty as (
                select source_file, landed.rowid + row_offset as row_number,
                    record_hash, list_filter(
                        faults, lambda each_fault: each_fault.is_fatal
                    )[1] as fault
                from {LANDED} as landed
                inner join {FILES} using (file_key)
                where faults is not null and record is null
            )
            select ?, ?, source_file, row_number, fault.reason, fault.field,
                map {{{fixes}}}[fault.reason], record_hash, ?::timestamptz
            from faulty
            where fault.reason not in ('blank', 'message')
            order by all
            """,
            [stream.source, stream.name, loaded_at],
        )
        for file in rows.files.values():
            report.insert(
                connection,
                "raw.quarantine",
                [
                    [
                        stream.source,
                        stream.name,
                        file.source_file,
                        line.row_number,
                        line.reason,
                        None,
                        fix_for(line.reason),
                        line.record_hash,
                        loaded_at,
                    ]
                    for line in rows.bad_lines
                ],
            )

    def _touch(self, file: LandingFile, digest: str) -> None:
        """The same content at the same path, written again: remember its new time."""
        with Transaction(self._connection):
            self._connection.execute(
                """
                update raw.loaded_files set mtime_ns = ?, size_bytes = ?
                where source = ? and stream = ? and source_file = ? and file_hash = ?
                """,
                [
                    file.mtime_ns,
                    file.size_bytes,
                    self._stream.source,
                    self._stream.name,
                    file.source_file,
                    digest,
                ],
            )
        self._remember(file, digest)
        self._result.n_files_unchanged += 1

    def _repeat(self, file: LandingFile, digest: str, twin: str) -> None:
        """The content of a loaded file under another name: account for it, once."""
        loaded_at = datetime.now(UTC)
        stream = self._stream
        with Transaction(self._connection):
            entry = (report.ALREADY_LOADED, "same_content", None, 1)
            report.write_report(self._connection, stream, file, digest, loaded_at, [entry])
            self._connection.execute(
                "insert into raw.loaded_files values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                _file_row(stream, file, digest, 0, loaded_at),
            )
        self._remember(file, digest)
        self._result.n_files_repeated += 1
        self._log(f"{file.source_file}: already loaded as {twin}")

    def _refuse(
        self,
        source_file: str,
        extracted_at: datetime | None,
        reason: str,
        field: str | None = None,
    ) -> None:
        with Transaction(self._connection):
            report.write_refusal(
                self._connection,
                self._stream.source,
                self._stream.name,
                source_file,
                extracted_at,
                datetime.now(UTC),
                report.REFUSED,
                reason,
                field,
            )
        problem = FileProblem(source_file, reason, field, fix_for(reason))
        self._result.problems.append(problem)
        place = f"{source_file}: {field}" if field else source_file
        self._log(f"{place}: {reason}: {problem.fix}")

    def _look_for_gaps(self, landing: Path) -> None:
        """Files that are not what a manifest says: reported, and no reason to stop."""
        refused = {problem.source_file for problem in self._result.problems}
        found = list(gaps(self._connection, landing, self._stream, refused))
        if not found and not self._history.is_incomplete:
            return
        rows = [(gap.source_file, gap.extracted_at, gap.reason, gap.n_rows) for gap in found]
        with Transaction(self._connection):
            report.write_incomplete(self._connection, self._stream, rows, datetime.now(UTC))
        for gap in found:
            fix = fix_for(gap.reason)
            self._result.gaps.append(FileProblem(gap.source_file, gap.reason, None, fix))
            self._log(f"{gap.source_file}: {gap.reason} ({gap.n_rows:,} records): {fix}")

    def _remember(self, file: LandingFile, digest: str) -> None:
        self._history.by_name[file.source_file] = (
            digest,
            file.size_bytes,
            file.mtime_ns,
        )
        key = _content_key(self._stream, file, digest)
        self._history.by_content.setdefault(key, file.source_file)

    def _tell(
        self,
        batch: Sequence[_Pending],
        accounts: dict[str, list[tuple[str, str | None, str | None, int]]],
    ) -> None:
        result = self._result
        result.n_files_loaded += len(batch)
        for pending in batch:
            name = pending.file.source_file
            for kind, reason, field_name, n_rows in accounts[name]:
                if kind == report.LOADED:
                    result.n_rows_loaded += n_rows
                elif kind == report.QUARANTINED:
                    result.n_rows_quarantined += n_rows
                elif kind == report.DUPLICATE:
                    result.n_rows_duplicate += n_rows
                elif kind == report.NULLED:
                    result.n_values_nulled += n_rows
                if kind in (report.QUARANTINED, report.NULLED):
                    place = f"{name}: {field_name}" if field_name else name
                    fix = fix_for(reason or "unreadable")
                    self._log(f"{place}: {kind} {n_rows} ({reason}): {fix}")


class _Setting:
    """Give an engine setting a value for a while."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str, value: str) -> None:
        self._connection, self._name, self._value = connection, name, value
        row = connection.execute(f"select current_setting('{name}')").fetchone()
        self._before = str(row[0] if row else value).lower()

    def __enter__(self) -> None:
        self._connection.execute(f"set {self._name} = {self._value}")

    def __exit__(self, *_: object) -> None:
        self._connection.execute(f"set {self._name} = {self._before}")


def _read_history(connection: duckdb.DuckDBPyConnection, stream: Stream) -> _History:
    rows = connection.execute(
        """
        select source_file, file_hash, size_bytes, mtime_ns, epoch_us(extracted_at),
            n_rows
        from raw.loaded_files
        where source = ? and stream = ?
        order by rowid
        """,
        [stream.source, stream.name],
    ).fetchall()
    said = connection.execute(
        "select count(*) > 0 from raw.load_report where source = ? and stream = ? and kind = ?",
        [stream.source, stream.name, report.INCOMPLETE],
    ).fetchone()
    history = _History({}, {}, None, bool(said and said[0]))
    for name, digest, size_bytes, mtime_ns, extracted_us, _ in rows:
        # A zone database is not needed to read a time that is in UTC.
        extracted_at = datetime.fromtimestamp(extracted_us / 1e6, tz=UTC)
        history.by_name[name] = (digest, size_bytes, mtime_ns)
        scope = extracted_at if stream.repeats_matter else None
        history.by_content.setdefault((digest, scope), name)
        history.newest = max(history.newest or extracted_at, extracted_at)
    return history


def _content_key(stream: Stream, file: LandingFile, digest: str) -> tuple[str, datetime | None]:
    return (digest, file.extracted_at if stream.repeats_matter else None)


def _same(stream: Stream, pending: _Pending, file: LandingFile, digest: str) -> bool:
    return _content_key(stream, pending.file, pending.hash) == _content_key(stream, file, digest)


def _fits(batch: Sequence[_Pending], pending: _Pending) -> bool:
    """Only plain JSON-lines files of one envelope and compression share a batch."""
    first = batch[0]
    return (
        first.file.format == pending.file.format == "json"
        and first.file.is_gzip == pending.file.is_gzip
        and first.envelope == pending.envelope
        and len(batch) < _BATCH_FILES
        and sum(one.file.size_bytes for one in batch) + pending.file.size_bytes <= _BATCH_BYTES
    )


def _file_row(
    stream: Stream, file: LandingFile, digest: str, n_rows: int, loaded_at: datetime
) -> list[object]:
    return [
        digest,
        stream.source,
        stream.name,
        file.source_file,
        file.extracted_at,
        file.size_bytes,
        file.mtime_ns,
        n_rows,
        loaded_at,
    ]


def _is_damaged_gzip(path: Path) -> bool:
    try:
        with gzip.open(path, "rb") as file:
            while file.read(1 << 20):
                pass
    except (OSError, EOFError, zlib.error):
        return True
    return False


def _move_bad_lines(entries: list[tuple[str, str | None, str | None, int]], rows: Rows) -> None:
    """Bad lines are empty in the copy that was read; count them as what they are."""
    n_blank = sum(entry[3] for entry in entries if entry[0] == report.BLANK)
    entries[:] = [entry for entry in entries if entry[0] != report.BLANK]
    if n_blank > len(rows.bad_lines):
        entries.append((report.BLANK, None, None, n_blank - len(rows.bad_lines)))
    counts: dict[str, int] = {}
    for line in rows.bad_lines:
        counts[line.reason] = counts.get(line.reason, 0) + 1
    known = {
        entry[1]: entry for entry in entries if entry[0] == report.QUARANTINED and entry[2] is None
    }
    for reason, count in sorted(counts.items()):
        if reason in known:
            entries.remove(known[reason])
            count += known[reason][3]
        entries.append((report.QUARANTINED, reason, None, count))
