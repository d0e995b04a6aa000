"""CSV as people systems export it: every cell is text, and the header must be known.

Accepted: `,` `;` tab or `|`, quoted cells that hold separators and line breaks, a
byte-order mark, gzip. Refused by name: a file that is not UTF-8 or whose quotes do not
close, because either would change rows without a trace.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io

from orchestration.landing.columns import check_columns, nested
from orchestration.landing.contracts import Stream
from orchestration.landing.files import LandingFile
from orchestration.landing.lines import MAX_LINE_BYTES
from orchestration.landing.rows import RefusedFile, Rows
from orchestration.landing.tables import literal

_SEPARATORS = ",;\t|"
# Cells beyond the header are read into these, so that a long row can be told.
_SPARE_CELLS = 8
_CHUNK_BYTES = 1 << 20


def read_csv(file: LandingFile, stream: Stream) -> Rows:
    """Rows of one file as JSON texts; raises RefusedFile."""
    header_text = _checked_header(file)
    separator, header = _split_header(header_text, stream)
    dropped = check_columns(stream, header)
    cells = [f"cell_{number}" for number in range(len(header))]
    spare = [f"spare_{number}" for number in range(_SPARE_CELLS)]
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in cells + spare)
    values = {
        name: f"nullif({cell}, '')"
        for name, cell in zip(header, cells, strict=True)
        if name not in dropped
    }
    # An absent cell is null and an empty one is '': the text for null, chr(2), is none.
    sql = f"""
        select
            filename as file_key,
            to_json({nested(values)})::varchar as line,
            case when {cells[-1]} is null or {spare[0]} is not null
                then 'ragged_row' end as line_fault
        from read_csv(
            {literal(str(file.path))}, columns = {{{columns}}}, auto_detect = false,
            header = true, delim = {literal(separator)}, quote = '"', escape = '"',
            nullstr = chr(2), null_padding = true, parallel = false, filename = true,
            max_line_size = {MAX_LINE_BYTES}
        )
    """
    return Rows(sql, {str(file.path): file}, as_text=True, first_row=2, dropped=dropped)


def _checked_header(file: LandingFile) -> str:
    """The text up to the end of the header, after a check of all bytes."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    header = io.StringIO()
    n_quotes = 0
    is_header = True
    opened = gzip.open if file.is_gzip else open
    with opened(file.path, "rb") as chunks:
        while True:
            chunk = chunks.read(_CHUNK_BYTES)
            n_quotes += chunk.count(b'"')
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                raise RefusedFile("not_utf8") from None
            if "\0" in text:
                raise RefusedFile("unreadable")
            if is_header:
                header.write(text)
                is_header = "\n" not in text and header.tell() < MAX_LINE_BYTES
            if not chunk:
                break
    if n_quotes % 2:
        raise RefusedFile("unbalanced_quotes")
    return header.getvalue()


def _split_header(text: str, stream: Stream) -> tuple[str, list[str]]:
    """The separator under which most column names are declared, and the names."""
    best: tuple[int, str, list[str]] = (-1, ",", [])
    for separator in _SEPARATORS:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        names = [name.strip() for name in next(lines, [])]
        n_known = len(set(names) & set(stream.keys))
        if n_known > best[0]:
            best = (n_known, separator, names)
    _, separator, names = best
    if not any(names):
        # Nothing at all, not even a header.
        raise RefusedFile("missing_column", stream.required[0])
    return separator, names
