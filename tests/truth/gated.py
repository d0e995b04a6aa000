"""What may be published of the recomputed figures: the gate's function over cells made here."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from quality.privacy.gate import Policy, decide
from tests.truth.behind import amounts, contributors, share_of_largest
from tests.truth.definitions import seed
from tests.truth.facts import Facts
from tests.truth.metrics.figures import Figure, Figures
from tests.truth.periods import Period
from tests.truth.recompute import pages

NOTHING = Figure(None, None, None, 0)


def gated(
    facts: Facts, figures: dict[tuple[str, str], Figures], audience: str = "leadership"
) -> pd.DataFrame:
    """One row per candidate cell, with its figure and the gate's decision.

    Every cohort that had anyone, in each closed quarter, with each metric of its page by our own
    definition; by those of others, the whole alone.
    """
    people_of = contributors(facts)
    cells = candidate_cells(facts, figures, people_of)
    memberships = [
        {
            "population_base": base,
            "cohort_family": family,
            "cohort_key": key,
            "period_id": period,
            "contributor_key": who,
        }
        for base, places in people_of.items()
        for (family, key, period), people in places.items()
        for who in people
        if period in {one.period_id for one in closed_quarters(facts)}
    ]
    decisions = decide(
        cells=cells,
        memberships=pd.DataFrame(memberships),
        metrics=frame("policy/metric_catalog"),
        policy=Policy.from_seeds(
            minimums=numbers(frame("policy/privacy_minimums"), "minimum_people"),
            dominance=numbers(frame("policy/dominance_limits"), "n_largest", "maximum_share"),
            audience=audience,
        ),
    )
    return cells.merge(decisions, on="cell_id", validate="one_to_one")


def closed_quarters(facts: Facts) -> list[Period]:
    return [one for one in facts.periods if one.grain == "quarter" and one.is_closed(facts.as_of)]


def frame(name: str) -> pd.DataFrame:
    rows = [{key: value or None for key, value in row.items()} for row in seed(name)]
    return pd.DataFrame(rows)


def numbers(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return rows.assign(**{column: pd.to_numeric(rows[column]) for column in columns})


def candidate_cells(
    facts: Facts,
    figures: dict[tuple[str, str], Figures],
    people_of: Mapping[str, Mapping[tuple[str, str, str], set[str]]],
) -> pd.DataFrame:
    families_of: dict[str, set[str]] = {}
    for row in seed("policy/cohort_families"):
        families_of.setdefault(row["page_family"], set()).add(row["cohort_family"])
    held = amounts(facts)
    quarters = closed_quarters(facts)
    ends = {quarter.period_id for quarter in quarters}
    metrics = {
        row["metric_id"]: row
        for row in seed("policy/metric_catalog")
        if row["page_family"] in pages()
    }
    figures_of: dict[tuple[str, str], Figures] = {(name, "fairlead"): {} for name in metrics}
    for (_, profile_id), table in figures.items():
        for (place, name), figure in table.items():
            if name in metrics:
                figures_of.setdefault((name, profile_id), {})[place, name] = figure
    cells = []
    for (name, profile_id), here in figures_of.items():
        metric = metrics[name]
        base = metric["contributor_rule"]
        allowed = families_of[metric["page_family"]]
        if metric["leadership_families"] != "all":
            allowed = allowed & set(metric["leadership_families"].split())
        if profile_id != "fairlead":
            # Another's definition is published of the whole alone.
            allowed = allowed & {"organisation"}
        cohorts = {place[:2] for place in people_of[base] if place[2] in ends}
        for family, key in sorted(cohorts):
            for quarter in quarters if family in allowed else ():
                place = (family, key, quarter.period_id)
                people = held.get(name, {}).get(place)
                figure = here.get((place, name), NOTHING)
                parts = [metric["page_family"], family, key, quarter.label, name]
                parts += [] if profile_id == "fairlead" else [profile_id]
                cells.append(
                    {
                        "cell_id": " | ".join(parts),
                        "page_family": metric["page_family"],
                        "population_base": base,
                        "cohort_family": family,
                        "cohort_key": key,
                        "period_id": quarter.period_id,
                        "period_start": quarter.start.date(),
                        "period_label": quarter.label,
                        "metric_id": name,
                        "profile_id": profile_id,
                        "value": figure.value,
                        "numerator": figure.numerator,
                        "denominator": figure.denominator,
                        "n_excluded": figure.n_excluded,
                        "share_of_largest": share_of_largest(people, 1),
                        "share_of_two_largest": share_of_largest(people, 2),
                    }
                )
    measured = ["value", "numerator", "denominator", "share_of_largest", "share_of_two_largest"]
    return pd.DataFrame(cells).astype(dict.fromkeys(measured, "float64"))
