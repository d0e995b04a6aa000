"""What a connector wraps around a vendor's object, and the SQL that takes it off.

Airbyte, dlt, Singer and Apache DevLake all reduce to one rule: the payload is the first
of `_airbyte_data`, `record.data`, `data`, `record`, else the object itself. It is an
object, or JSON text that holds one. A key that the contract declares is never an
envelope.
"""

from __future__ import annotations

import gzip
import json
from typing import Any

from orchestration.landing.contracts import Stream
from orchestration.landing.files import LandingFile
from orchestration.landing.tables import literal

BARE = 0
# Number of an envelope: path to the payload. The first that fits is taken.
ENVELOPES: dict[int, tuple[str, ...]] = {
    1: ("_airbyte_data",),
    2: ("record", "data"),
    3: ("data",),
    4: ("record",),
}
# Lines of the Singer and Airbyte protocols that carry no record.
MESSAGES = [
    "SCHEMA",
    "STATE",
    "ACTIVATE_VERSION",
    "BATCH",
    "LOG",
    "TRACE",
    "SPEC",
    "CATALOG",
    "CONTROL",
    "CONNECTION_STATUS",
]

_SNIFFED_LINES = 100
_SNIFFED_BYTES = 1 << 20


def markers(stream: Stream) -> tuple[str, ...]:
    """Top-level keys that would mark an envelope in this stream."""
    names = dict.fromkeys(path[0] for path in ENVELOPES.values())
    return tuple(name for name in names if name not in stream.top_level)


def sniff(file: LandingFile, stream: Stream) -> int:
    """The envelope of the first record of a JSON file; reading checks it for each line.

    Lines that are not JSON objects are left for the reader to report.
    """
    opened = gzip.open if file.is_gzip else open
    try:
        with opened(file.path, "rb") as lines:
            for _ in range(_SNIFFED_LINES):
                line = lines.readline(_SNIFFED_BYTES)
                if not line:
                    break
                try:
                    record = json.loads(line.lstrip(b"\xef\xbb\xbf"))
                except (ValueError, RecursionError):
                    continue
                if isinstance(record, dict) and not _is_message(record, stream):
                    return _envelope(record, stream)
    except (OSError, EOFError):
        pass  # the reader meets the same fault and refuses the file by name
    return BARE


def unwrapped(envelope: int, line: str) -> str:
    """SQL, the payload of a line as JSON text; null where the envelope is another."""
    if envelope == BARE:
        return line
    path = literal("$" + "".join(f'."{name}"' for name in ENVELOPES[envelope]))
    payload = f"try(json_extract({line}, {path}))"
    return (
        f"(case when starts_with({payload}::varchar, '\"')"
        f" then {payload} ->> '$' else {payload}::varchar end)"
    )


def envelope_of(values: dict[str, str]) -> str:
    """SQL, the number of a record's envelope, given SQL of its top-level markers."""
    cases = []
    for number, path in ENVELOPES.items():
        if path[0] not in values:
            continue
        value = values[path[0]]
        if len(path) > 1:
            inner = literal("$" + "".join(f'."{name}"' for name in path[1:]))
            value = f"(case when starts_with({value}, '{{') then {value} -> {inner} end)"
        holds = f"regexp_matches({value}::varchar, '^(\\{{|\"\\s*\\{{)')"
        cases.append(f"when {value} is not null and {holds} then {number}")
    return f"(case {' '.join(cases)} else {BARE} end)::tinyint" if cases else "0::tinyint"


def is_message(line: str) -> str:
    """SQL, whether a line that is not a record belongs to a connector's protocol."""
    names = ", ".join(literal(name) for name in MESSAGES)
    return f"coalesce(try(json_extract_string({line}, '$.type')) in ({names}), false)"


def _is_message(record: dict[str, Any], stream: Stream) -> bool:
    return record.get("type") in MESSAGES and _envelope(record, stream) == BARE


def _envelope(record: dict[str, Any], stream: Stream) -> int:
    for number, path in ENVELOPES.items():
        value: Any = record
        if path[0] in stream.top_level:
            continue
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, dict) or (isinstance(value, str) and value.lstrip().startswith("{")):
            return number
    return BARE
