"""Writes extracts: aside first, then renamed, byte for byte the same each time."""

from __future__ import annotations

import csv
import filecmp
import gzip
import io
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import orjson

# Lines are joined before they are packed: many small writes cost more than packing.
LINES_AT_ONCE = 2_000


class Encoded(str):
    """A value that is JSON text already: what recurs is encoded once."""

    __slots__ = ()


def encoded(value: object) -> Encoded:
    """Encode a value that many records share."""
    return Encoded(_text(value))


def line(record: dict[str, object]) -> str:
    """One record as JSON. Values that are ``Encoded`` come last, as they are."""
    ready = {key: value for key, value in record.items() if type(value) is Encoded}
    if not ready:
        return _text(record)
    rest = {key: value for key, value in record.items() if key not in ready}
    tail = ",".join(f'"{key}":{value}' for key, value in ready.items())
    return f"{_text(rest)[:-1]},{tail}}}"


def _text(value: object) -> str:
    return orjson.dumps(value).decode()


class StreamFile:
    """One file of JSON lines, packed. No name and no time inside of it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._raw: BinaryIO = path.open("wb")
        self._packed = gzip.GzipFile(
            filename="", mode="wb", compresslevel=1, fileobj=self._raw, mtime=0
        )
        self._lines: list[str] = []
        self.records = 0

    def add(self, record: dict[str, object] | Encoded) -> None:
        self._lines.append(record if isinstance(record, Encoded) else line(record))
        self.records += 1
        if len(self._lines) >= LINES_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._lines:
            self._packed.write(("\n".join(self._lines) + "\n").encode())
            self._lines.clear()

    def close(self) -> None:
        self._flush()
        self._packed.close()
        self._raw.close()


class Landing:
    """The landing folder. Nothing appears in it before ``publish``.

    `part` names the files, so that several extracts of one moment stand side by side.
    """

    def __init__(self, root: Path, part: str = "part-000") -> None:
        self.root = root
        self._part = part
        self._aside = _aside(root, part)
        if self._aside.exists():
            shutil.rmtree(self._aside)
        self._aside.mkdir(parents=True)
        self._files: dict[tuple[str, str, str], StreamFile] = {}
        self._rows: dict[str, int] = {}

    def add(
        self, source: str, stream: str, extracted: str, record: dict[str, object] | Encoded
    ) -> None:
        """Append a record to ``<source>/<stream>/<extracted>/<part>.jsonl.gz``."""
        key = (source, stream, extracted)
        file = self._files.get(key)
        if file is None:
            path = Path(*key, f"{self._part}.jsonl.gz")
            file = self._files[key] = StreamFile(self._aside / path)
        file.add(record)

    def counts(self) -> dict[str, int]:
        """Records by "<source>.<stream>", over all extracts."""
        found = dict(self._rows)
        for (source, stream, _), file in self._files.items():
            key = f"{source}.{stream}"
            found[key] = found.get(key, 0) + file.records
        return dict(sorted(found.items()))

    def table(
        self,
        source: str,
        stream: str,
        extracted: str,
        header: tuple[str, ...],
        rows: Iterable[tuple[object, ...]],
    ) -> None:
        """Write ``<source>/<stream>/<extracted>/<part>.csv``."""
        path = Path(source, stream, extracted, f"{self._part}.csv")
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        count = 0
        for row in rows:
            writer.writerow(row)
            count += 1
        target = self._aside / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.getvalue(), encoding="utf-8")
        key = f"{source}.{stream}"
        self._rows[key] = self._rows.get(key, 0) + count

    def close(self) -> None:
        """End all files. They stay aside until somebody publishes the part."""
        for file in self._files.values():
            file.close()

    def publish(self) -> list[Path]:
        """Move everything in its place; the paths below the landing folder."""
        self.close()
        return publish_part(self.root, self._part)


def publish_part(root: Path, part: str) -> list[Path]:
    """Move what was written aside in its place; a file that is the same already stays.

    Returns the paths below ``root``. Another process may have written the part.
    """
    aside = _aside(root, part)
    paths = sorted(path.relative_to(aside) for path in aside.rglob("*") if path.is_file())
    for path in paths:
        source, target = aside / path, root / path
        if target.exists() and filecmp.cmp(source, target, shallow=False):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)
    shutil.rmtree(aside)
    return paths


def clear_aside(root: Path) -> None:
    """Remove what a process that was killed has left aside."""
    for path in root.glob(".part-*-aside"):
        shutil.rmtree(path)


def _aside(root: Path, part: str) -> Path:
    # Inside of the landing folder, so that a rename never crosses file systems; hidden, so
    # that no reader takes it for a source.
    return root / f".{part}-aside"
