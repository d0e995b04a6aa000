"""Order-statistic limits of a quantile."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from tests.statistics.sql import LIMITS, Row, ask, by, compute, run

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80)
CALL = "quantile_limits('durations', 'team', 'hours')"


def ranks(
    counts: list[int], quantile: float, confidence: float = 0.95
) -> list[tuple[int | None, int | None]]:
    z = f"normal_quantile({confidence})"
    found = compute(
        [{"n": count} for count in counts],
        low=f"quantile_rank_lower('n', {quantile}, {z})",
        high=f"quantile_rank_upper('n', {quantile}, {z})",
    )
    return [(row["low"], row["high"]) for row in found]


def durations(values: list[float | None], team: str = "a") -> list[Row]:
    return [{"team": team, "hours": value} for value in values]


def test_a_hundred_values_have_their_median_between_the_40th_and_the_61st() -> None:
    """Campbell and Gardner (1988): ranks n/2 - 1.96 √n/2 and 1 + n/2 + 1.96 √n/2, rounded."""
    assert ranks([100], 0.5) == [(40, 61)]


@pytest.mark.parametrize("quantile", [0.5, 0.9])
def test_the_ranks_hold_the_quantile_as_often_as_they_say(quantile: float) -> None:
    counts = list(range(1, 1001))
    for count, (low, high) in zip(counts, ranks(counts, quantile), strict=True):
        if low is not None and high is not None:
            coverage = binom.cdf(high - 1, count, quantile) - binom.cdf(low - 1, count, quantile)
            assert coverage >= 0.95


@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_the_ranks_of_a_median_are_the_exact_ones_or_the_next_further_out(
    confidence: float,
) -> None:
    counts = list(range(12, 1001))
    exact = binom.ppf((1 - confidence) / 2, counts, 0.5)
    for count, (low, high), want in zip(counts, ranks(counts, 0.5, confidence), exact, strict=True):
        assert low is not None
        assert low in (want, want - 1)
        assert high == count + 1 - low


def test_too_few_values_have_no_limits() -> None:
    assert ranks([0, 1, 5], 0.5) == [(None, None)] * 3
    assert ranks([6], 0.5) == [(1, 6)]


@LIMITS
@given(VALUES, st.sampled_from([0.05, 0.25, 0.5, 0.9]))
def test_a_quantile_is_that_of_quantile_cont(values: list[float], quantile: float) -> None:
    rows = durations(list(values))
    (row,) = ask(f"quantile_limits('durations', 'team', 'hours', {quantile})", durations=rows)
    (plain,) = run(
        f"select quantile_cont(hours, {quantile}) as value from durations", durations=rows
    )
    assert row["quantile_value"] == pytest.approx(plain["value"], rel=1e-9, abs=1e-9)
    assert plain["value"] == pytest.approx(float(np.quantile(values, quantile)), rel=1e-9, abs=1e-9)


@LIMITS
@given(VALUES)
def test_limits_are_the_values_of_these_ranks(values: list[float]) -> None:
    (row,) = ask(CALL, durations=durations(list(values)))
    ((low, high),) = ranks([len(values)], 0.5)
    ordered = sorted(values)
    assert row["n_values"] == len(values)
    assert row["quantile_value"] == pytest.approx(float(np.median(values)), rel=1e-9, abs=1e-9)
    assert row["lower_limit"] == (None if low is None else ordered[low - 1])
    assert row["upper_limit"] == (None if high is None else ordered[high - 1])


def test_groups_and_unknown_values_do_not_disturb_each_other() -> None:
    some = durations([float(hours) for hours in range(1, 21)])
    others = durations([None, 7.0, None], team="b")
    found = by("team", ask(CALL, durations=[*some, *others]))
    assert found == {
        "a": {
            "team": "a",
            "n_values": 20,
            "quantile_value": 10.5,
            "lower_limit": 6.0,
            "upper_limit": 15.0,
        },
        "b": {
            "team": "b",
            "n_values": 1,
            "quantile_value": 7.0,
            "lower_limit": None,
            "upper_limit": None,
        },
    }


def test_equal_values_have_limits_without_width() -> None:
    (row,) = ask(CALL, durations=durations([3.0] * 10))
    assert (row["lower_limit"], row["quantile_value"], row["upper_limit"]) == (3.0, 3.0, 3.0)
