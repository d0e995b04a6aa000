"""Which aggregates may be published.

Pure functions over data frames; nothing here reads a file, a clock or a database. The rules
are those of the policy seeds. This version decides by primary suppression and keeps every
line of a table from having exactly one hidden cell. The interface carries the rest: decisions
are made over all cells of a population base and period together, from the memberships.

Shapes:
    cells        one row per candidate cell: cell_id, population_base, cohort_family,
                 cohort_key, period_id, metric_id, value, numerator, denominator,
                 share_of_largest, share_of_two_largest
    memberships  one row per person of a cohort: population_base, cohort_family, cohort_key,
                 period_id, contributor_key
    metrics      one row per metric: metric_id, data_class, quantile, precision_rule,
                 sensitive_side
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

COHORT = ["population_base", "cohort_family", "cohort_key", "period_id"]
KEY_SEPARATOR = " × "
# The values of COHORT, or those that say which line of which table.
Key = tuple[object, ...]
BANDS = [(5, 9), (10, 19), (20, 49), (50, 99)]

PUBLISHED, WITHHELD, NO_DATA = "published", "withheld", "no data"


@dataclass(frozen=True)
class Policy:
    """The minimums of one audience.

    minimum_people: distinct people by data class. maximum_share_of_largest and
    maximum_share_of_two_largest: shares of an amount, 0 to 1.
    """

    minimum_people: dict[str, int]
    maximum_share_of_largest: float
    maximum_share_of_two_largest: float

    @classmethod
    def from_seeds(cls, minimums: pd.DataFrame, dominance: pd.DataFrame, audience: str) -> Policy:
        """Read the policy of an audience. Raises ValueError where it is incomplete."""
        own = minimums[minimums["audience"] == audience]
        if own.empty:
            raise ValueError(f"privacy_minimums has no row for audience {audience!r}")
        shares = dominance.set_index("n_largest")["maximum_share"]
        missing = {1, 2} - set(shares.index)
        if missing:
            raise ValueError(f"dominance_limits has no row for n_largest {missing}")
        return cls(
            minimum_people={
                str(data_class): int(minimum)
                for data_class, minimum in zip(
                    own["data_class"], own["minimum_people"], strict=True
                )
            },
            maximum_share_of_largest=float(shares[1]),
            maximum_share_of_two_largest=float(shares[2]),
        )


def people_band(n_people: float) -> str | None:
    """The only form in which a number of people is published; None below the first band."""
    for low, high in BANDS:
        if low <= n_people <= high:
            return f"{low}–{high}"
    return "100+" if n_people >= 100 else None


# Texts even where all are missing: a column without a type breaks the published contract.
_TEXTS = {"cell_id": "str", "decision": "str", "people_band": "str"}


def decide(
    cells: pd.DataFrame,
    memberships: pd.DataFrame,
    metrics: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """Decide every cell.

    Returns one row per cell: cell_id, decision (published, withheld, no data), n_people
    (private: distinct people), people_band (None unless published). The decision does not
    say which rule withheld a cell. Raises ValueError for a metric that the catalog does not
    know or a data class without a minimum.
    """
    if cells.empty:
        return _no_decisions()
    n_people = _count_people(cells, memberships)
    rules = _rules_of(cells, metrics, policy)
    has_value = cells["value"].notna()

    # The cohort mask is shared by all metrics of a base: a total published for one metric
    # must not be subtracted from a part published for another.
    cohorts = cells.assign(n_people=n_people, minimum=rules["minimum"])
    hidden_cohorts = _complete_lines(_small_cohorts(cohorts))
    is_empty = (n_people == 0) & ~has_value
    is_hidden = (
        _is_among(cells, hidden_cohorts)
        | ((n_people < rules["minimum"]) & ~is_empty)
        | _is_dominated(cells, policy)
        | _has_thin_quantile(n_people, rules)
        | _has_thin_share(cells, n_people, rules)
    )
    is_hidden |= _sole_hidden_partners(cells, is_hidden & has_value, n_people)

    # A withheld cohort reads "withheld" whether or not it had a value: "no data" in a cell
    # that is too small to show would say that nothing happened there.
    decision = np.where(is_hidden, WITHHELD, np.where(has_value, PUBLISHED, NO_DATA))
    return pd.DataFrame(
        {
            "cell_id": cells["cell_id"],
            "decision": decision,
            "n_people": n_people.astype("int64"),
            "people_band": pd.Series(
                [
                    people_band(n) if word == PUBLISHED else None
                    for n, word in zip(n_people, decision, strict=True)
                ],
                index=cells.index,
            ),
        }
    ).astype(_TEXTS)


def _no_decisions() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cell_id": [],
            "decision": [],
            "n_people": pd.Series(dtype="int64"),
            "people_band": [],
        }
    ).astype(_TEXTS)


def _count_people(cells: pd.DataFrame, memberships: pd.DataFrame) -> pd.Series:
    counts = memberships.groupby(COHORT)["contributor_key"].nunique().rename("n_people")
    return cells[COHORT].join(counts, on=COHORT)["n_people"].fillna(0).astype("int64")


def _rules_of(cells: pd.DataFrame, metrics: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    rules = cells[["metric_id"]].join(metrics.set_index("metric_id"), on="metric_id")
    unknown = sorted(rules.loc[rules["data_class"].isna(), "metric_id"].unique())
    if unknown:
        raise ValueError(f"metric_catalog has no row for {unknown}")
    without = sorted(set(rules["data_class"].unique()) - set(policy.minimum_people))
    if without:
        raise ValueError(f"privacy_minimums has no row for data class {without}")
    rules["minimum"] = rules["data_class"].map(policy.minimum_people)
    rules["quantile"] = pd.to_numeric(rules["quantile"])
    return rules


def _small_cohorts(cohorts: pd.DataFrame) -> pd.DataFrame:
    """One row per cohort: COHORT, n_people, is_hidden."""
    grouped = cohorts.groupby(COHORT, as_index=False).agg(
        n_people=("n_people", "max"), minimum=("minimum", "min")
    )
    # No one at all is no secret: an empty cohort hides nothing and protects nothing.
    grouped["is_hidden"] = (grouped["n_people"] > 0) & (grouped["n_people"] < grouped["minimum"])
    return grouped


def _lines_of(cohort_family: str, cohort_key: str) -> list[tuple[str, str]]:
    """The lines of a table that a cell lies on: the whole family, or for a crossed family
    the row and the column."""
    parts = cohort_key.split(KEY_SEPARATOR)
    if len(parts) == 1:
        return [(cohort_family, "")]
    return [(cohort_family, f"{i}:{part}") for i, part in enumerate(parts)]


def _complete_lines(cohorts: pd.DataFrame) -> set[Key]:
    """Hide the next smallest cohort of every line with exactly one hidden, until none is left.

    Ties are hidden together, so that names never decide.
    """
    hidden = {
        tuple(row[name] for name in COHORT)
        for row in cohorts[cohorts["is_hidden"]].to_dict("records")
    }
    lines: dict[Key, list[tuple[int, Key]]] = {}
    for row in cohorts[cohorts["n_people"] > 0].to_dict("records"):
        key = tuple(row[name] for name in COHORT)
        for line in _lines_of(row["cohort_family"], row["cohort_key"]):
            where = (row["population_base"], row["period_id"], *line)
            lines.setdefault(where, []).append((int(row["n_people"]), key))
    changed = True
    while changed:
        changed = False
        for members in lines.values():
            shown = [(n, key) for n, key in members if key not in hidden]
            if len(members) - len(shown) == 1 and shown:
                smallest = min(n for n, _ in shown)
                hidden |= {key for n, key in shown if n == smallest}
                changed = True
    return hidden


def _is_among(cells: pd.DataFrame, cohorts: set[Key]) -> pd.Series:
    if not cohorts:
        return pd.Series(False, index=cells.index)
    keys = pd.MultiIndex.from_frame(cells[COHORT])
    return pd.Series(keys.isin(cohorts), index=cells.index)


def _is_dominated(cells: pd.DataFrame, policy: Policy) -> pd.Series:
    return (cells["share_of_largest"] > policy.maximum_share_of_largest) | (
        cells["share_of_two_largest"] > policy.maximum_share_of_two_largest
    )


def _has_thin_quantile(n_people: pd.Series, rules: pd.DataFrame) -> pd.Series:
    """A quantile q needs n·min(q, 1−q) ≥ k: a median twice the minimum, a tail more."""
    tail = np.minimum(rules["quantile"], 1 - rules["quantile"])
    return (n_people * tail + 1e-9 < rules["minimum"]) & rules["quantile"].notna()


def _has_thin_share(cells: pd.DataFrame, n_people: pd.Series, rules: pd.DataFrame) -> pd.Series:
    """Shares of people need ten; the sensitive side needs k people outside it."""
    is_share = rules["precision_rule"] == "share_of_people"
    flagged = cells["numerator"].fillna(0)
    exposes = (rules["sensitive_side"] == "flagged") & (n_people - flagged < rules["minimum"])
    exposes |= (rules["sensitive_side"] == "unflagged") & (flagged < rules["minimum"])
    return is_share & ((n_people < 10) | exposes)


def _sole_hidden_partners(
    cells: pd.DataFrame, is_hidden: pd.Series, n_people: pd.Series
) -> pd.Series:
    """Cells to hide because a rule of one metric left exactly one hidden cell on a line."""
    partners = pd.Series(False, index=cells.index)
    if not is_hidden.any():
        return partners
    frame = cells[[*COHORT, "metric_id"]].assign(
        n_people=n_people, is_hidden=is_hidden, has_value=cells["value"].notna()
    )
    frame = frame[frame["has_value"]]
    for _, cohorts in frame.groupby("metric_id"):
        partners.loc[cohorts.index] |= _is_among(cohorts, _complete_lines(cohorts))
    return partners
