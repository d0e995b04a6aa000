"""The file beside a demo's landing folder that says what was planted in it.

Beside it and not in it: a loader must find out by itself.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.sources.demo.planted import OCCURRENCES, TRUTHS, Occurrence


@dataclass(frozen=True, slots=True)
class NoTruths(Exception):
    """No demo organisation was written here."""

    landing: Path

    def __str__(self) -> str:
        return (
            f"There is no {truths_file(self.landing)}."
            f" Write a demo organisation: fairlead demo --landing {self.landing}"
        )


def truths_file(landing: Path) -> Path:
    """`out/demo` has `out/demo.truths.json`."""
    return landing.with_name(f"{landing.name}.truths.json")


def write_truths(landing: Path, scale: Mapping[str, int], planted: Iterable[Occurrence]) -> Path:
    """Write what was planted, by name, with the ids by which the extracts know it."""
    found: dict[str, list[dict[str, str | int]]] = defaultdict(list)
    for occurrence in planted:
        found[occurrence.name].append(dict(occurrence.ids))
    document = {
        "organisation": dict(scale),
        "truths": [
            {"name": name, "what": truth.what, "seen": truth.seen, "planted": found[name]}
            for name, truth in TRUTHS.items()
            if name in found
        ],
        "oddities": [
            {"name": name, "what": what, "planted": found[name]}
            for name, what in OCCURRENCES.items()
            if name in found
        ],
    }
    file = truths_file(landing)
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return file


def told(landing: Path, *, oddities: bool = False) -> Iterator[str]:
    """The file in lines to read. Raises NoTruths."""
    file = truths_file(landing)
    if not file.is_file():
        raise NoTruths(landing)
    document: dict[str, Any] = json.loads(file.read_text("utf-8"))
    if not document["truths"]:
        yield "Nothing was planted in this organisation: it is the clean twin."
    for truth in document["truths"]:
        yield from _entry(truth, f"Seen: {truth['seen'] or 'on no page yet'}")
    if oddities:
        yield "Oddities of the data, which the warehouse has to cope with"
        yield ""
        for oddity in document["oddities"]:
            yield from _entry(oddity)


_SHOWN = 3


def _entry(entry: Mapping[str, Any], *more: str) -> Iterator[str]:
    yield f"{entry['name']}"
    yield f"    {entry['what']}"
    for line in more:
        yield f"    {line}"
    for ids in entry["planted"][:_SHOWN]:
        yield "    " + ", ".join(f"{key} {value}" for key, value in ids.items())
    if (n_left := len(entry["planted"]) - _SHOWN) > 0:
        yield f"    and {n_left:,} more"
    yield ""
