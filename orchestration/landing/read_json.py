"""JSON lines, read as lines of text: one bad line costs one record, never the file.

The engine's own JSON reader gives up on a whole file for one bad line, and its type
inference changes values. Lines are therefore read as a CSV of one column whose
separator cannot occur in JSON: control characters below 0x20 are not allowed in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.landing.files import LandingFile
from orchestration.landing.lines import MAX_LINE_BYTES, BadLine
from orchestration.landing.rows import Rows
from orchestration.landing.tables import literal

# Large enough for the longest line, small enough that threads share one file.
_BUFFER_BYTES = 4 * MAX_LINE_BYTES


def read_json(files: Sequence[LandingFile], envelope: int) -> Rows:
    """Lines of several files; the engine raises on bytes that are not UTF-8 lines."""
    keys = {str(file.path): file for file in files}
    return Rows(_lines(list(keys)), keys, envelope=envelope)


def read_json_copy(file: LandingFile, path: str, envelope: int, bad_lines: list[BadLine]) -> Rows:
    """Lines of a readable copy at `path`, in which `bad_lines` are empty."""
    return Rows(_lines([path]), {path: file}, envelope=envelope, bad_lines=bad_lines)


def _lines(paths: Sequence[str]) -> str:
    listed = ", ".join(literal(path) for path in paths)
    return f"""
        select filename as file_key, line, null::varchar as line_fault
        from read_csv(
            [{listed}], columns = {{'line': 'VARCHAR'}}, auto_detect = false,
            header = false, delim = chr(1), quote = '', escape = '', filename = true,
            max_line_size = {MAX_LINE_BYTES}, buffer_size = {_BUFFER_BYTES}
        )
    """
