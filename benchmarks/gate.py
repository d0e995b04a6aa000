"""The gate over a synthetic organisation, and one count of people per cohort."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from orchestration.workspace import DBT_PROJECT
from quality.privacy.gate import Policy, decide

QUARTERS = [f"quarter {year}-{month:02}" for year in (2025, 2026) for month in (1, 4, 7, 10)][:6]
SIZES = {"division": 12, "role_family": 8, "tenure_band": 3, "time_zone_band": 3}
_POLICY = DBT_PROJECT / "seeds" / "policy"


def write_organisation(folder: Path, people: int, seed: int = 7) -> None:
    """cells.parquet and memberships.parquet of `people` people over six quarters."""
    rng = np.random.default_rng(seed)
    metrics = pd.read_csv(_POLICY / "metric_catalog.csv")
    # Uneven, as organisations are: the smallest groups are those that need protection.
    groups = {
        family: rng.choice(size, people, p=np.arange(1, size + 1) / np.arange(1, size + 1).sum())
        for family, size in SIZES.items()
    }
    keys = {
        family: np.char.add(f"{family}_", drawn.astype(str)) for family, drawn in groups.items()
    }
    keys["organisation"] = np.full(people, "all")
    keys["division_tenure_band"] = np.char.add(
        np.char.add(keys["division"], " × "), keys["tenure_band"]
    )
    names = np.char.add("person-", np.arange(people).astype(str))
    memberships = pd.concat(
        pd.DataFrame(
            {
                "population_base": base,
                "cohort_family": family,
                "cohort_key": key,
                "period_id": quarter,
                "contributor_key": names,
            }
        )
        for base in sorted(metrics["contributor_rule"].unique())
        for family, key in keys.items()
        for quarter in QUARTERS
    )
    cohorts = memberships.drop(columns="contributor_key").drop_duplicates()
    cells = cohorts.merge(
        metrics[["metric_id", "contributor_rule"]],
        left_on="population_base",
        right_on="contributor_rule",
    ).drop(columns="contributor_rule")
    cells = cells.assign(
        cell_id=np.arange(len(cells)).astype(str),
        value=rng.uniform(0, 100, len(cells)),
        numerator=1.0,
        denominator=10.0,
        share_of_largest=rng.uniform(0, 0.5, len(cells)),
        share_of_two_largest=rng.uniform(0, 0.7, len(cells)),
    )
    folder.mkdir(parents=True, exist_ok=True)
    memberships.to_parquet(folder / "memberships.parquet", index=False)
    cells.to_parquet(folder / "cells.parquet", index=False)


def through_gate(folder: str) -> None:
    """The case: every rule of the gate over every cell."""
    decisions = decide(
        cells=pd.read_parquet(f"{folder}/cells.parquet"),
        memberships=pd.read_parquet(f"{folder}/memberships.parquet"),
        metrics=pd.read_csv(_POLICY / "metric_catalog.csv"),
        policy=Policy.from_seeds(
            minimums=pd.read_csv(_POLICY / "privacy_minimums.csv"),
            dominance=pd.read_csv(_POLICY / "dominance_limits.csv"),
            audience="leadership",
        ),
    )
    if decisions["decision"].nunique() < 2:
        raise AssertionError("the synthetic organisation must have shown and hidden cells")


def bare(folder: str) -> None:
    """The least: hide what has fewer than five people, and nothing that protects it."""
    duckdb.execute(
        f"""
        select cells.cell_id, coalesce(cohorts.n_people, 0) >= 5 as is_shown
        from '{folder}/cells.parquet' as cells
        left join (
            select
                population_base, cohort_family, cohort_key, period_id,
                count(distinct contributor_key) as n_people
            from '{folder}/memberships.parquet'
            group by all
        ) as cohorts using (population_base, cohort_family, cohort_key, period_id)
        """
    ).fetchall()
