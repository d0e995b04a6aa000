"""The gate hides what it must, and no more than that."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest

from quality.privacy.gate import Policy, decide, people_band

POLICY = Policy(
    minimum_people={"operational": 5},
    maximum_share_of_largest=0.8,
    maximum_share_of_two_largest=0.9,
)
METRICS = pd.DataFrame(
    [
        ("pages_per_person", "operational", None, "two_digits", None),
        ("lead_time", "operational", 0.5, "two_digits", None),
        ("lead_time_p90", "operational", 0.9, "two_digits", None),
        ("share_paged", "operational", None, "share_of_people", "flagged"),
        ("share_content", "operational", None, "share_of_people", "unflagged"),
    ],
    columns=["metric_id", "data_class", "quantile", "precision_rule", "sensitive_side"],
)


def organisation(
    sizes: dict[str, int],
    metric: str = "pages_per_person",
    family: str = "division",
    **columns: object,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cells of one metric and period with the people behind them, by cohort size."""
    cells = pd.DataFrame(
        {
            "cell_id": list(sizes),
            "population_base": "on_call",
            "cohort_family": family,
            "cohort_key": list(sizes),
            "period_id": "quarter 2026-07",
            "metric_id": metric,
            "value": 1.0,
            "numerator": 0.0,
            "denominator": 1.0,
            "share_of_largest": None,
            "share_of_two_largest": None,
        }
    )
    for name, values in columns.items():
        cells[name] = values
    for name in ("share_of_largest", "share_of_two_largest"):
        cells[name] = pd.to_numeric(cells[name])
    memberships = pd.DataFrame(
        [
            ("on_call", family, key, "quarter 2026-07", f"{key}-{i}")
            for key, size in sizes.items()
            for i in range(size)
        ],
        columns=[
            "population_base",
            "cohort_family",
            "cohort_key",
            "period_id",
            "contributor_key",
        ],
    )
    return cells, memberships


def decisions(cells: pd.DataFrame, memberships: pd.DataFrame) -> dict[str, str]:
    decided = decide(cells, memberships, METRICS, POLICY)
    return dict(zip(decided["cell_id"], decided["decision"], strict=True))


def test_a_cohort_of_five_is_published_and_one_of_four_is_not() -> None:
    decided = decisions(*organisation({"a": 5, "b": 4, "c": 4, "d": 9}))
    assert decided == {
        "a": "published",
        "b": "withheld",
        "c": "withheld",
        "d": "published",
    }


def test_people_are_counted_once_however_often_they_appear() -> None:
    cells, memberships = organisation({"a": 4, "b": 4})
    twice = pd.concat([memberships, memberships, memberships])
    assert decisions(cells, twice) == {"a": "withheld", "b": "withheld"}


def test_no_line_has_exactly_one_hidden_cell() -> None:
    decided = decisions(*organisation({"a": 4, "b": 7, "c": 20}))
    assert decided == {"a": "withheld", "b": "withheld", "c": "published"}


def test_ties_are_hidden_together_so_that_names_never_decide() -> None:
    decided = decisions(*organisation({"a": 4, "b": 7, "c": 7, "d": 20}))
    assert [key for key, word in decided.items() if word == "withheld"] == [
        "a",
        "b",
        "c",
    ]


def test_rows_and_columns_of_a_crossed_table_are_both_lines() -> None:
    sizes = {"A × x": 4, "A × y": 9, "B × x": 8, "B × y": 30, "C × x": 40, "C × y": 50}
    decided = decisions(*organisation(sizes, family="division_tenure_band"))
    for line in ("A ×", "B ×", "C ×", "× x", "× y"):
        hidden = [key for key in sizes if line in key and decided[key] == "withheld"]
        assert len(hidden) != 1, line


def test_a_value_that_one_person_dominates_is_hidden() -> None:
    cells, memberships = organisation(
        {"a": 9, "b": 9, "c": 9},
        share_of_largest=[0.85, 0.5, 0.3],
        share_of_two_largest=[0.88, 0.95, 0.5],
    )
    assert decisions(cells, memberships) == {
        "a": "withheld",
        "b": "withheld",
        "c": "published",
    }


def test_a_median_needs_twice_the_minimum_and_a_tail_ten_times_it() -> None:
    sizes = {"a": 9, "b": 9, "c": 10, "d": 49, "e": 50}
    median = decisions(*organisation(sizes, metric="lead_time"))
    assert [key for key in sizes if median[key] == "published"] == ["c", "d", "e"]
    tail = decisions(*organisation(sizes, metric="lead_time_p90"))
    assert [key for key in sizes if tail[key] == "published"] == ["e"]


def test_a_share_is_hidden_when_nearly_everyone_is_flagged() -> None:
    cells, memberships = organisation(
        {"a": 12, "b": 12, "c": 12, "d": 9},
        metric="share_paged",
        numerator=[12.0, 8.0, 7.0, 0.0],
    )
    assert decisions(cells, memberships) == {
        "a": "withheld",
        "b": "withheld",
        "c": "published",
        "d": "withheld",
    }


def test_a_share_is_hidden_when_nearly_everyone_is_unflagged_and_that_is_delicate() -> None:
    cells, memberships = organisation(
        {"a": 12, "b": 12, "c": 12, "d": 12},
        metric="share_content",
        numerator=[0.0, 4.0, 5.0, 12.0],
    )
    assert decisions(cells, memberships) == {
        "a": "withheld",
        "b": "withheld",
        "c": "published",
        "d": "published",
    }


def test_a_value_without_known_contributors_stays_in_the_warehouse() -> None:
    cells, memberships = organisation({"a": 0})
    assert decisions(cells, memberships) == {"a": "withheld"}


def test_a_cohort_without_people_and_value_has_no_data() -> None:
    cells, memberships = organisation({"a": 0, "b": 20}, value=[None, 1.0])
    assert decisions(cells, memberships) == {"a": "no data", "b": "published"}


def test_a_small_cohort_without_a_value_does_not_say_that_nothing_happened() -> None:
    cells, memberships = organisation({"a": 3, "b": 3, "c": 20}, value=[None, 2.0, 1.0])
    assert decisions(cells, memberships)["a"] == "withheld"


def test_the_number_of_people_is_published_as_a_band_only() -> None:
    decided = decide(*organisation({"a": 5, "b": 4, "c": 4, "d": 120}), METRICS, POLICY)
    bands = decided.set_index("cell_id")["people_band"].astype("object").replace({np.nan: None})
    bands = bands.to_dict()
    assert bands == {"a": "5–9", "b": None, "c": None, "d": "100+"}
    assert [people_band(n) for n in (4, 9, 10, 19, 49, 99)] == [
        None,
        "5–9",
        "10–19",
        "10–19",
        "20–49",
        "50–99",
    ]


def test_the_order_of_rows_changes_no_decision() -> None:
    cells, memberships = organisation({"a": 4, "b": 7, "c": 7, "d": 20, "e": 6})
    shuffled = decisions(
        cells.sample(frac=1, random_state=1), memberships.sample(frac=1, random_state=2)
    )
    assert shuffled == decisions(cells, memberships)


def test_a_metric_that_the_catalog_does_not_know_is_refused() -> None:
    cells, memberships = organisation({"a": 9}, metric="unheard_of")
    with pytest.raises(ValueError, match="unheard_of"):
        decide(cells, memberships, METRICS, POLICY)


def test_an_incomplete_policy_is_refused() -> None:
    minimums = pd.DataFrame(
        [("leadership", "operational", 5)],
        columns=["audience", "data_class", "minimum_people"],
    )
    dominance = pd.DataFrame([(1, 0.8)], columns=["n_largest", "maximum_share"])
    with pytest.raises(ValueError, match="dominance_limits"):
        Policy.from_seeds(minimums, dominance, "leadership")
    with pytest.raises(ValueError, match="auditors"):
        Policy.from_seeds(minimums, dominance, "auditors")


@pytest.mark.parametrize("sizes", [{}, {"a": 2}, {"a": 9}], ids=["none", "withheld", "published"])
def test_a_table_of_decisions_has_the_same_types_whatever_was_decided(
    sizes: dict[str, int],
) -> None:
    cells, memberships = organisation({"x": 1} | sizes)
    decided = decide(cells.iloc[len(cells) - len(sizes) :], memberships, METRICS, POLICY)
    table = duckdb.from_df(decided)
    assert dict(zip(table.columns, map(str, table.types), strict=True)) == {
        "cell_id": "VARCHAR",
        "decision": "VARCHAR",
        "n_people": "BIGINT",
        "people_band": "VARCHAR",
    }


def test_no_cells_give_no_decisions() -> None:
    cells, memberships = organisation({"a": 9})
    assert decide(cells.iloc[:0], memberships, METRICS, POLICY).empty
