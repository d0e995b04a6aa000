"""What an extractor says that a file holds, and whether it still does.

A manifest is hidden beside the files that it names, so it is copied with their folder and no
reader takes it for records: `<source>/<stream>/<extracted_at>/.<name>.manifest.json`. Extracts
without one are as good; only nothing can be said of what they lack.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.files import write_whole
from orchestration.landing import report
from orchestration.landing.contracts import Stream
from orchestration.landing.files import extract_time

_SUFFIX = ".manifest.json"


@dataclass(frozen=True)
class Manifest:
    """Records by file name, and the window that they were asked for (ISO 8601, UTC; a `since` of
    None is the beginning). Without files, the source had nothing."""

    files: Mapping[str, int]
    since: str | None
    until: str


@dataclass(frozen=True)
class Gap:
    """A file that is not what its manifest says; `n_rows` is the difference."""

    source_file: str
    extracted_at: datetime
    reason: str
    n_rows: int


def write_manifest(folder: Path, name: str, manifest: Manifest) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f".{name}{_SUFFIX}", json.dumps(asdict(manifest)))


def manifests(landing: Path, stream: Stream) -> Iterator[tuple[str, datetime, Manifest | None]]:
    """(path relative to landing, time of the extract, manifest); None where it cannot be read."""
    for path in sorted((landing / stream.source / stream.name).glob(f"*/.*{_SUFFIX}")):
        extracted_at = extract_time(path.parent.name)
        if extracted_at is None:
            continue
        try:
            manifest = Manifest(**json.loads(path.read_bytes()))
            is_whole = all(isinstance(n, int) for n in manifest.files.values())
        except (OSError, ValueError, TypeError, AttributeError):
            is_whole = False
        name = path.relative_to(landing).as_posix()
        yield name, extracted_at, manifest if is_whole else None


def gaps(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    stream: Stream,
    refused: Collection[str] = (),
) -> Iterator[Gap]:
    """Files that manifests name and that were loaded with another number of rows, or never.

    `refused` files are reported already. Call it after the load: the rows of its accounts count.
    """
    counts: dict[str, int] | None = None
    for name, extracted_at, manifest in manifests(landing, stream):
        if manifest is None:
            yield Gap(name, extracted_at, "unreadable_manifest", 1)
            continue
        counts = _row_counts(connection, stream) if counts is None else counts
        folder = name.rpartition("/")[0]
        for file, n_rows in manifest.files.items():
            source_file = f"{folder}/{file}"
            if source_file in refused:
                continue
            found = counts.get(source_file)
            if found is None:
                yield Gap(source_file, extracted_at, "missing_file", n_rows)
            elif found != n_rows:
                yield Gap(source_file, extracted_at, "record_count", abs(n_rows - found))


def _row_counts(connection: duckdb.DuckDBPyConnection, stream: Stream) -> dict[str, int]:
    """Rows of each file that was read, loaded or quarantined. A file whose content came under
    another name before has its rows there."""
    found = connection.execute(
        f"""
        with counted as (
            select file_hash, source_file, sum(n_rows)::bigint as n_rows
            from raw.load_report
            where source = $source and stream = $stream
                and kind in ('{report.LOADED}', '{report.QUARANTINED}')
            group by all
        )
        select source_file, (
            select max(n_rows) from counted where counted.file_hash = loaded.file_hash
        )
        from raw.loaded_files as loaded
        where source = $source and stream = $stream
        qualify row_number() over (partition by source_file order by loaded.rowid desc) = 1
        """,
        {"source": stream.source, "stream": stream.name},
    ).fetchall()
    return dict(found)
