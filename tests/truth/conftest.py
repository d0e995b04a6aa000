"""The small demo, and made-up organisations, each recomputed once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fixtures.runs import Finished
from tests.pipeline.conftest import AS_OF, load_and_build
from tests.truth.comparison import differences, stored
from tests.truth.facts import Facts, gather
from tests.truth.generated.organisations import made_up, write_side_by_side
from tests.truth.landing import Landing, read_landing
from tests.truth.metrics.figures import Figures
from tests.truth.recompute import TABLES, recompute

ORGANISATIONS = 60


@dataclass(frozen=True)
class Recomputed:
    """A home, the landing folder that it was built from, and what was recomputed from that."""

    home: Path
    # What is about people is never printed, not even where a test fails.
    landing: Landing = field(repr=False)
    facts: Facts = field(repr=False)
    # By table and definition profile.
    figures: dict[tuple[str, str], Figures] = field(repr=False)

    def differing(self, table: str) -> dict[str, list[str]]:
        """Where the warehouse says something else, by definition profile."""
        return {
            f"{name} by {profile_id}": list(
                differences(stored(self.home, name, profile_id), figures)
            )
            for (name, profile_id), figures in self.figures.items()
            if name == table
        }


def recomputed(home: Path, landing: Path) -> Recomputed:
    read = read_landing(landing)
    facts = gather(read, AS_OF)
    return Recomputed(home, read, facts, recompute(facts))


@pytest.fixture(scope="session")
def demo(undisturbed: Finished) -> Recomputed:
    return recomputed(undisturbed.home, undisturbed.landing)


@pytest.fixture(scope="session")
def side_by_side(tmp_path_factory: pytest.TempPathFactory) -> Recomputed:
    """Many made-up organisations, built at once."""
    folder = tmp_path_factory.mktemp("side_by_side")
    write_side_by_side(made_up(ORGANISATIONS), folder / "landing")
    models = " ".join(f"+{table}" for table in TABLES)
    load_and_build(folder / "landing", folder / "home", select=models, test=False)
    return recomputed(folder / "home", folder / "landing")
