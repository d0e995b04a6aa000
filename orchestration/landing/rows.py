"""What every reader hands over: SQL of rows, and which file each row came from."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestration.landing.files import LandingFile
from orchestration.landing.lines import BadLine


class RefusedFile(Exception):
    """A file that is not loaded at all; holds a reason and the field at fault."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


@dataclass(frozen=True)
class Rows:
    """Rows of one or more files, in order.

    `sql` selects `file_key` (which names the file in `files`), `line` (a record as JSON
    text, null for an empty line) and `line_fault` (a reason, or null).
    `first_row` is the number of a file's first row: 2 where a header comes before it.
    `bad_lines` were left out of what `sql` reads. `dropped` names columns that the
    contract does not declare.
    """

    sql: str
    files: dict[str, LandingFile]
    envelope: int = 0
    as_text: bool = False
    first_row: int = 1
    bad_lines: list[BadLine] = field(default_factory=list)
    dropped: tuple[str, ...] = ()
