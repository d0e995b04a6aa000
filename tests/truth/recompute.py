"""The tables of metrics, each recomputed by its own function. A new one is a line here."""

from __future__ import annotations

from collections.abc import Callable

from tests.truth.definitions import Profile, profile, profile_ids, seed
from tests.truth.facts import Facts
from tests.truth.metrics.causes import causes
from tests.truth.metrics.defect_age import defect_age
from tests.truth.metrics.delivery import delivery
from tests.truth.metrics.figures import Figures
from tests.truth.metrics.health import health
from tests.truth.metrics.on_call import on_call
from tests.truth.metrics.quality import quality
from tests.truth.metrics.reliability import reliability
from tests.truth.metrics.review_depth import review_depth
from tests.truth.metrics.work import work

TABLES: dict[str, Callable[[Facts, Profile], Figures]] = {
    "met_delivery": delivery,
    "met_reliability": reliability,
    "met_quality": quality,
    "met_review_depth": review_depth,
    "met_defect_age": defect_age,
    "met_on_call": on_call,
    "met_health": health,
    "met_work": work,
    "met_system_causes": causes,
}


# Four quarters make a year, and the small demo has two: worked numbers stand beside the model. A
# table that is neither here nor above fails a test.
NOT_RECOMPUTED = {"met_careers"}

# Pages whose people are not counted anew: their figures are compared before the gate alone.
NOT_COUNTED_ANEW = {"health", "work", "careers"}


# Other definitions than our own are computed of these.
WITH_PROFILES = ("met_delivery", "met_reliability")


def recompute(facts: Facts) -> dict[tuple[str, str], Figures]:
    """By table and definition profile."""
    return {
        (table, name): figures(facts, profile(name))
        for table, figures in TABLES.items()
        for name in (profile_ids() if table in WITH_PROFILES else ["fairlead"])
    }


def pages() -> list[str]:
    """The pages of which what is published is compared as well."""
    return sorted({row["page_family"] for row in seed("policy/metric_catalog")} - NOT_COUNTED_ANEW)
