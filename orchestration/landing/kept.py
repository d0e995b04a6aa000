"""What is taken of a key that may hold more than is needed: some texts, some elements, some keys.

The rest is gone before anything is checked or stored.
"""

from __future__ import annotations

from collections.abc import Iterable

from orchestration.landing.contracts import Stream
from orchestration.landing.tables import literal, quoted


def kept(record: str, stream: Stream) -> str:
    """SQL, the struct of a record without what the contract's `only` and `within` leave out."""
    fields: dict[str, str] = {}
    for path, key in stream.keys.items():
        name, _, inner = path.partition("[].")
        value = fields.get(name, f"{record}.{quoted(name)}")
        if key.only and inner:
            is_kept = f"(each_kept.{quoted(inner)} ->> '$') in ({_listed(key.only)})"
            fields[name] = f"list_filter({value}, lambda each_kept: {is_kept})"
        elif key.only:
            # What is no text at all is left for the checks to name.
            is_text = f"starts_with({value}::varchar, '\"')"
            is_kept = f"not {is_text} or ({value} ->> '$') in ({_listed(key.only)})"
            fields[name] = f"case when {is_kept} then {value} end"
        elif key.within:
            fields[name] = _within(value, key.within)
    if not fields:
        return record
    listed = ", ".join(f"{quoted(name)} := {value}" for name, value in fields.items())
    return f"case when {record} is not null then struct_update({record}, {listed}) end"


def _within(value: str, names: Iterable[str]) -> str:
    """SQL, some keys of an object, or of a text that holds one; null where there is none."""
    # A text is unwrapped first; what it holds may be no JSON.
    unwrapped = f"case when json_type({value}) = 'VARCHAR' then {value} ->> '$' else {value} end"
    found = f"try(({unwrapped})::json)"
    packed = []
    for name in names:
        path = literal(f'$."{name}"')
        is_single = f"json_type({found}, {path}) not in ('OBJECT', 'ARRAY')"
        packed.append(f"{literal(name)}, case when {is_single} then {found} -> {path} end")
    return f"case when json_type({found}) = 'OBJECT' then json_object({', '.join(packed)}) end"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(literal(text) for text in texts)
