"""An organisation, and many of them in one landing folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.truth.generated.catalogue import add_owners, add_people, add_services, add_teams
from tests.truth.generated.code import add_repository
from tests.truth.generated.draft import Draft, Record
from tests.truth.generated.running import add_defects, add_deployments, add_incidents, add_nights
from tests.truth.generated.times import anchors

Organisation = dict[str, list[Record]]
EXTRACT = "2026-10-15T00-00-00Z"


@st.composite
def organisations(draw: DrawFn) -> Organisation:
    """With a catalogue and people, or with nothing but what tools tell."""
    draft = Draft(draw, draw(anchors))
    is_declared = draft.count(0, 2) > 0
    add_services(draft, is_declared=is_declared)
    if is_declared:
        teams = add_teams(draft)
        add_owners(draft, teams)
        add_people(draft, teams)
        add_nights(draft)
    for repository in sorted({one for one in draft.repository_of.values() if one is not None}):
        add_repository(draft, repository)
    add_deployments(draft)
    add_incidents(draft)
    add_defects(draft)
    return draft.streams


def made_up(n: int, first: int = 0) -> list[Organisation]:
    """So many organisations, the same ones every time, each from a seed of its own: of one seed
    most are variations of each other."""
    return [of_seed(number) for number in range(first, first + n)]


def of_seed(number: int) -> Organisation:
    """The second that is made up: the first is always the smallest that there can be."""
    found: list[Organisation] = []

    @seed(number)
    @settings(
        max_examples=2,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(organisations())
    def collect(organisation: Organisation) -> None:
        found.append(organisation)

    make: Callable[[], None] = collect
    make()
    return found[-1]


def write_side_by_side(organisations: Sequence[Organisation], landing: Path) -> None:
    """Each with names of its own."""
    lines: dict[str, list[str]] = {}
    for number, organisation in enumerate(organisations):
        for stream, records in organisation.items():
            lines.setdefault(stream, []).extend(
                named(json.dumps(record), number) for record in records
            )
    for stream, written in lines.items():
        folder = landing / stream / EXTRACT
        folder.mkdir(parents=True)
        (folder / "part.jsonl").write_text("".join(f"{line}\n" for line in written))


def named(line: str, number: int) -> str:
    """With names of its own: of texts, of numbers and of commits."""
    line = re.sub(r'"@@number([0-9]+)"', lambda found: f"{1000 * number + int(found[1])}", line)
    return line.replace("@@", f"o{number}x").replace("##", f"{number:02x}")
