"""Why a record, a field or a file was not taken as it is, and how to mend it.

Messages name files, rows and fields; they never repeat what a record holds.
"""

from __future__ import annotations

FIXES = {
    # A line.
    "not_json": "the line is cut off or not JSON; write one whole JSON object per line",
    "not_an_object": "write one JSON object per line, not a list or a bare value",
    "not_utf8": "write the file as UTF-8",
    "line_too_long": "keep each record under 8 MiB",
    "ragged_row": "give the row as many cells as the header, and quote separators",
    # A field.
    "repeated": "write each record once per extract; it is counted once",
    "missing": "every record of this stream must have this key",
    "wrong_type": "write the value in the type that the stream's contract declares",
    "zero_date": "leave an unknown date out, or write null",
    "placeholder_date": "leave an unknown date out, or write null",
    "naive_timestamp": "write the offset: Z, +08:00 or +0800",
    "not_a_timestamp": "write ISO 8601 with an offset, or epoch seconds",
    "not_a_date": "write ISO 8601: YYYY-MM-DD",
    # A file.
    "not_a_folder": "land files in a folder of this name, by the time of their extract",
    "bad_folder": "name the folder by the time of the extract: 2026-08-31T00-00-00Z",
    "unknown_format": "land *.jsonl, *.csv (either may be .gz) or *.parquet",
    "mixed_envelopes": "write one connector's output per file",
    "forbidden_column": "remove the column from the export; it is never collected",
    "undeclared_column": "no contract declares the column, so it is not loaded; leave it out",
    "missing_column": "export the column; every record of this stream must have it",
    "repeated_column": "name each column once",
    "unbalanced_quotes": "close every quote, and double a quote inside a quoted cell",
    "unreadable": "export the file again; it cannot be read as what its name says",
    "damaged_gzip": "copy or compress the file again; it is cut off or not gzip",
    "changed_snapshot": "land a new extract in a folder of its own time",
    "changed_while_reading": "finish writing the file, then load again",
    "missing_file": "a manifest names the file and it is not there; copy it again, or remove the"
    " folder and extract again from before it",
    "record_count": "the file holds another number of records than its manifest says; copy it"
    " again, or remove the folder and extract again from before it",
    "unreadable_manifest": "copy the manifest again, or remove it to go without this check",
    "unknown_stream": "declare the stream in a contract, or remove the folder",
}


def fix_for(reason: str) -> str:
    """How to mend it, e.g. `write the file as UTF-8`."""
    return FIXES[reason]
