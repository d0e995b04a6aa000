"""Wilson's interval of a share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from tests.statistics.sql import LIMITS, Z95, compute

Pair = tuple[int | None, int | None]
COUNTED = st.integers(1, 10**6).flatmap(
    lambda trials: st.tuples(st.integers(0, trials), st.just(trials))
)


def wilson(pairs: list[Pair], z: float = Z95) -> list[tuple[float | None, float | None]]:
    rows = [{"s": successes, "n": trials} for successes, trials in pairs]
    found = compute(rows, low=f"wilson_lower('s', 'n', {z})", high=f"wilson_upper('s', 'n', {z})")
    return [(row["low"], row["high"]) for row in found]


@pytest.mark.parametrize(
    ("pair", "published"),
    [
        ((81, 263), (0.2553, 0.3662)),
        ((15, 148), (0.0624, 0.1605)),
        ((0, 20), (0.0, 0.1611)),
        ((1, 29), (0.0061, 0.1718)),
    ],
)
def test_the_interval_is_the_one_of_newcombe(pair: Pair, published: tuple[float, float]) -> None:
    """Newcombe (1998), table I, method 3."""
    assert wilson([pair]) == [pytest.approx(published, abs=5e-5)]


@LIMITS
@given(st.lists(COUNTED, min_size=1), st.sampled_from([0.95, 0.998]))
def test_the_interval_is_that_of_statsmodels(
    pairs: list[tuple[int, int]], confidence: float
) -> None:
    found = wilson(list(pairs), f"normal_quantile({confidence})")  # type: ignore[arg-type]
    for (successes, trials), interval in zip(pairs, found, strict=True):
        want = proportion_confint(successes, trials, alpha=1 - confidence, method="wilson")
        assert interval == pytest.approx(want, rel=1e-9, abs=1e-9)


@LIMITS
@given(st.lists(COUNTED, min_size=1))
def test_a_share_and_its_complement_have_mirrored_intervals(pairs: list[tuple[int, int]]) -> None:
    mirrored = wilson([(trials - successes, trials) for successes, trials in pairs])
    for (low, high), (low_of_rest, high_of_rest) in zip(wilson(list(pairs)), mirrored, strict=True):
        assert None not in (low, high, low_of_rest, high_of_rest)
        assert 0 <= low <= high <= 1  # type: ignore[operator]
        assert (low, high) == pytest.approx((1 - high_of_rest, 1 - low_of_rest), abs=1e-12)  # type: ignore[operator]


@pytest.mark.parametrize("pair", [(0, 0), (None, 5), (3, None), (6, 5), (-1, 5)])
def test_what_is_no_share_has_no_interval(pair: Pair) -> None:
    assert wilson([pair, (1, 2)])[0] == (None, None)


def test_none_and_all_have_an_interval_that_ends_there() -> None:
    none, every = wilson([(0, 5), (5, 5)])
    assert none[0] == 0
    assert every[1] == 1
