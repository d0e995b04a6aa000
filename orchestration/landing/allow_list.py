"""The allow-list as a document: all that contracts take, with the reason of each key.

For whoever connects a source, and for whoever asks what is held about them and why. Everything
but a few sentences is derived from the contracts and the reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orchestration.landing.contracts import FORBIDDEN_PHRASES, FORBIDDEN_WORDS, Key, Stream
from orchestration.landing.envelopes import ENVELOPES
from orchestration.landing.files import SUFFIXES

_HEAD = """\
# What is collected, and why

Written by `fairlead contracts` from [the contracts](orchestration/landing/streams): change
those, not this.

## How data lands

    landing/<source>/<stream>/<extracted_at>/*

`extracted_at` is the UTC time of the extract, as 2026-08-31 or 2026-08-31T06-00-00Z.

- Any stream may come as {suffixes}, in as many files as it likes. A list needs JSON or Parquet; \
in CSV and Parquet, the column `a.b` is the key `b` of the object `a`.
- What a connector wraps around a record is taken off: the record is the first of {envelopes} \
that holds an object, else the line itself. A file that mixes wrappings is refused.
- **A key that is not listed below never reaches the warehouse.** In JSON it is dropped without \
a trace, since there is no end to what tools send; in CSV and Parquet the column is counted in \
`raw.load_report`. A key of the type *any* holds a single value or a list of them, never an \
object of which more than the named keys would be kept.
- A line that cannot be read, and a record without a required key or with a wrong type there, \
is set aside in `raw.quarantine` as a hash and a reason. Elsewhere a value of a wrong type \
becomes null, and is counted.

**Some data is never collected, whatever the purpose.** It is told by the words of a name. A
contract that declares such a key is an error, a CSV or Parquet file with such a column is refused
whole, and in JSON such a key is dropped like any that is not listed.

{forbidden}

## How to read the tables

- *event*: a record says what happened; of several with one primary key the latest counts.
- *snapshot*: every extract is the full list, and what it leaves out is over.
- *about a person*: says who somebody is, or what was written about them. Nothing made from it
  is published to readers of groups but through the privacy gate.
- *kept as*: the class that rules of deletion speak of. No rule deletes anything by itself yet.

## All streams
"""


def allow_list(streams: Mapping[tuple[str, str], Stream]) -> str:
    """A Markdown document of all streams, in the order of the mapping; ends with a newline."""
    head = _HEAD.format(
        suffixes=_listed(SUFFIXES),
        envelopes=_listed(".".join(path) for path in ENVELOPES.values()),
        forbidden="\n".join(
            f"- {kind}: {_listed(names)}" for kind, names in refused_names().items()
        ),
    )
    overview = _table(
        ("stream", "keys", "about a person", "what for"),
        (
            (
                f"[{_title(stream)}](#{_title(stream).replace('/', '')})",
                str(len(stream.keys)),
                str(sum(key.person for key in stream.keys.values())),
                stream.purpose,
            )
            for stream in streams.values()
        ),
    )
    return "\n".join([head, overview, *(_section(stream) for stream in streams.values())])


def _section(stream: Stream) -> str:
    facts = [
        stream.kind,
        f"primary key {_listed(stream.primary_key)}",
        f"latest by {f'`{stream.cursor}`' if stream.cursor else 'the time of the extract'}",
        f"times without an offset are {stream.zone or 'not taken'}",
        f"kept as {stream.retention}",
    ]
    if stream.fresh_within_days:
        facts.append(f"expected every {stream.fresh_within_days} days")
    keys = _table(
        ("key", "type", "required", "about a person", "why"),
        (_row(path, key) for path, key in stream.keys.items()),
    )
    return f"### {_title(stream)}\n\n{stream.purpose}\n\n*{'; '.join(facts)}*\n\n{keys}"


def _row(path: str, key: Key) -> tuple[str, ...]:
    required, person = ("yes" if flag else "" for flag in (key.required, key.person))
    why = f"{key.why}; only {_listed(key.only)}" if key.only else key.why
    kind = f"{key.type}, within it {_listed(key.within)}" if key.within else key.type
    return (f"`{path}`", kind, required, person, why)


def _title(stream: Stream) -> str:
    return f"{stream.source}/{stream.name}"


def refused_names() -> dict[str, list[str]]:
    """Kind of data that is never collected, to the names that tell it."""
    names: dict[str, list[str]] = {}
    for name, kind in [*FORBIDDEN_WORDS.items(), *FORBIDDEN_PHRASES.items()]:
        names.setdefault(kind, []).append(name)
    return names


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Markdown; a cell may hold any text."""
    lines = [header, ("---",) * len(header), *rows]
    cells = ((cell.replace("|", "\\|") for cell in line) for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells) + "\n"
