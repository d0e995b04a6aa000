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

TABLES: dict[str, Callable[[Facts, Profile], Figures]] = {
    "met_delivery": delivery,
    "met_reliability": reliability,
    "met_quality": quality,
    "met_review_depth": review_depth,
    "met_defect_age": defect_age,
    "met_on_call": on_call,
    "met_health": health,
    "met_system_causes": causes,
}


# What is not recomputed, with the page that shows it. A table that is neither here nor above, and a
# metric of a page that is not here and without a figure, fail a test.
NOT_RECOMPUTED = {
    "met_health": "health",
    "met_survey": "health",
    "met_work": "work",
    "met_role_alignment": "work",
    # Four quarters make a year; the small demo has two. Worked numbers stand beside the model.
    "met_careers": "careers",
}


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
    """The pages whose figures are recomputed."""
    return sorted(
        {row["page_family"] for row in seed("policy/metric_catalog")} - set(NOT_RECOMPUTED.values())
    )
