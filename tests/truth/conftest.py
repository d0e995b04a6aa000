"""The small demo, recomputed once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fixtures.runs import Finished
from tests.pipeline.conftest import AS_OF
from tests.truth.facts import Facts, gather
from tests.truth.landing import Landing, read_landing
from tests.truth.metrics.figures import Figures
from tests.truth.recompute import recompute


@dataclass(frozen=True)
class Recomputed:
    """A home, the landing folder that it was built from, and what was recomputed from that."""

    home: Path
    # What is about people is never printed, not even where a test fails.
    landing: Landing = field(repr=False)
    facts: Facts = field(repr=False)
    figures: dict[str, Figures] = field(repr=False)


def recomputed(home: Path, landing: Path) -> Recomputed:
    read = read_landing(landing)
    facts = gather(read, AS_OF)
    return Recomputed(home, read, facts, recompute(facts))


@pytest.fixture(scope="session")
def demo(undisturbed: Finished) -> Recomputed:
    return recomputed(undisturbed.home, undisturbed.landing)
