"""The slow way through a JSON-lines file that the engine's reader cannot take whole.

A copy is written in which each line that cannot be read is empty, so that line numbers
stay. The copy has no name: nothing of it stays behind, even when the process is killed.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from dataclasses import dataclass
from typing import IO

from orchestration.landing.files import LandingFile

MAX_LINE_BYTES = 8 << 20


@dataclass(frozen=True)
class BadLine:
    """A line that was left out of the copy."""

    row_number: int
    reason: str
    record_hash: str


def readable_copy(file: LandingFile) -> tuple[IO[bytes], list[BadLine]]:
    """Copy the lines that can be read; memory holds one line at a time.

    Returns an open file without a name and the lines that are empty in it.
    """
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    bad: list[BadLine] = []
    opened = gzip.open if file.is_gzip else open
    with opened(file.path, "rb") as lines:
        number = 0
        while line := lines.readline(MAX_LINE_BYTES + 1):
            number += 1
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            reason = None
            digest = hashlib.md5(usedforsecurity=False)
            if not line.endswith(b"\n") and len(line) > MAX_LINE_BYTES:
                reason = "line_too_long"
                while line and not line.endswith(b"\n"):
                    digest.update(line)
                    line = lines.readline(MAX_LINE_BYTES)
            line = line.rstrip(b"\r\n")
            if reason is None:
                reason = _fault(line)
            if reason is None:
                copy.write(line + b"\n")
            else:
                digest.update(line)
                bad.append(BadLine(number, reason, digest.hexdigest()))
                copy.write(b"\n")
    copy.flush()
    copy.seek(0)
    return copy, bad


def _fault(line: bytes) -> str | None:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return "not_utf8"
    # Neither is allowed in a JSON text, and the engine's reader would split the line.
    if b"\x01" in line or b"\r" in line:
        return "not_json"
    return None
