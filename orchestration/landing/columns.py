"""Columns of a table-shaped file against a contract."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.landing.contracts import Stream, forbidden
from orchestration.landing.rows import RefusedFile
from orchestration.landing.tables import quoted


def check_columns(stream: Stream, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns to drop; raise RefusedFile where the file may not load.

    Names are given in the answer only once the required columns were found: without a
    header, the first record would be taken for one, and names would be its values.
    """
    for column in columns:
        if forbidden(column):
            raise RefusedFile("forbidden_column", forbidden(column))
    present = {column.split(".")[0] for column in columns} | set(columns)
    for path in stream.required:
        if path not in present and path.split(".")[0] not in present:
            raise RefusedFile("missing_column", path)
    lowered = [column.lower() for column in columns]
    for column in columns:
        if lowered.count(column.lower()) > 1:
            known = column in stream.keys
            raise RefusedFile("repeated_column", column if known else None)
    declared = stream.top_level | set(stream.keys)
    return tuple(column for column in columns if column not in declared)


def nested(values: dict[str, str]) -> str:
    """SQL of a struct from columns, where `a.b` is the key b of the object a."""
    tree: dict[str, dict[str, str] | str] = {}
    for path, value in values.items():
        head, _, rest = path.partition(".")
        if rest:
            inner = tree.setdefault(head, {})
            if isinstance(inner, dict):
                inner[rest] = value
        else:
            tree[head] = value
    fields = (
        f"{quoted(name)} := {nested(value) if isinstance(value, dict) else value}"
        for name, value in tree.items()
    )
    return f"struct_pack({', '.join(fields)})"
