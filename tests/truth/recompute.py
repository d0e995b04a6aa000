"""The tables of metrics, each recomputed by its own function. A new one is a line here."""

from __future__ import annotations

from collections.abc import Callable

from tests.truth.definitions import Profile, profile
from tests.truth.facts import Facts
from tests.truth.metrics.causes import causes
from tests.truth.metrics.delivery import delivery
from tests.truth.metrics.figures import Figures
from tests.truth.metrics.on_call import on_call
from tests.truth.metrics.quality import quality

TABLES: dict[str, Callable[[Facts, Profile], Figures]] = {
    "met_delivery": delivery,
    "met_quality": quality,
    "met_on_call": on_call,
    "met_system_causes": causes,
}


def recompute(facts: Facts, profile_id: str = "fairlead") -> dict[str, Figures]:
    return {table: figures(facts, profile(profile_id)) for table, figures in TABLES.items()}
