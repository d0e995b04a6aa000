"""Limits of observed / expected events."""

from __future__ import annotations

import csv
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, norm

from orchestration.workspace import DBT_PROJECT
from tests.statistics.sql import LIMITS, Z95, Z998, compute, database, render

CONFIDENCES = {0.95: Z95, 0.998: Z998}
EXPECTED = st.floats(1e-3, 1e6)
FEW = st.lists(st.tuples(st.integers(0, 30), EXPECTED), min_size=1)
MANY = st.lists(st.tuples(st.integers(0, 10**6), EXPECTED), min_size=1)


def exact(events: int, confidence: float) -> tuple[float, float]:
    """Garwood's limits by quantiles of chi-squared."""
    tail = (1 - confidence) / 2
    lower = chi2.ppf(tail, 2 * events) / 2 if events else 0.0
    return float(lower), float(chi2.ppf(1 - tail, 2 * events + 2) / 2)


def byar(events: int, z: float) -> tuple[float, float]:
    more = events + 1
    lower = 1 - 1 / (9 * events) - z / (3 * math.sqrt(events)) if events else 0.0
    upper = 1 - 1 / (9 * more) + z / (3 * math.sqrt(more))
    return events * max(0.0, lower) ** 3, more * upper**3


def limits_by_byar(
    pairs: list[tuple[int | None, float | None]], z: float
) -> list[tuple[float | None, float | None]]:
    rows = [{"o": observed, "e": expected} for observed, expected in pairs]
    found = compute(rows, low=f"byar_lower('o', 'e', {z})", high=f"byar_upper('o', 'e', {z})")
    return [(row["low"], row["high"]) for row in found]


def limits(
    pairs: list[tuple[int | None, float | None]], confidence: float
) -> list[tuple[float | None, float | None]]:
    rows = [{"o": observed, "e": expected} for observed, expected in pairs]
    found = compute(
        rows,
        low=f"ratio_lower('o', 'e', {confidence})",
        high=f"ratio_upper('o', 'e', {confidence})",
    )
    return [(row["low"], row["high"]) for row in found]


def test_byar_gives_the_published_limits() -> None:
    many, fewer = limits_by_byar([(895, 835.883561), (65, 1.0)], 1.959964)
    assert many == pytest.approx((1.001715, 1.143233), abs=5e-7)  # around 1.070723
    assert fewer == pytest.approx((50.163188, 82.849139), abs=5e-7)
    assert exact(65, 0.95) == pytest.approx((50.166, 82.848), abs=5e-4)


def test_quantiles_are_those_of_the_normal_distribution() -> None:
    for confidence, z in CONFIDENCES.items():
        assert float(render(f"normal_quantile({confidence})")) == z
        assert norm.ppf((1 + confidence) / 2) == pytest.approx(z, abs=1e-14)


def test_every_row_of_the_seed_is_exact() -> None:
    with (DBT_PROJECT / "seeds/reference/poisson_limits.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        written = float(row["lower"]), float(row["upper"])
        expected = exact(int(row["n_events"]), float(row["confidence"]))
        assert written == pytest.approx(expected, abs=1e-11)


def test_the_seed_has_every_count_that_is_looked_up() -> None:
    missing = database().execute(
        f"""select n_events, confidence
            from range(cast({render("threshold('byar_from_events')")} as bigint)) as r (n_events)
            cross join (values (0.95::double), (0.998)) as c (confidence)
            anti join reference.poisson_limits using (n_events, confidence)"""
    )
    assert missing.fetchall() == []


@LIMITS
@given(MANY, st.sampled_from(list(CONFIDENCES.values())))
def test_byar_is_its_formula(pairs: list[tuple[int, float]], z: float) -> None:
    for (observed, expected), found in zip(pairs, limits_by_byar(pairs, z), strict=True):
        lower, upper = byar(observed, z)
        assert found == pytest.approx((lower / expected, upper / expected), rel=1e-9)


@LIMITS
@given(
    st.lists(st.tuples(st.integers(0, 30), EXPECTED), min_size=1), st.sampled_from([0.95, 0.998])
)
def test_limits_are_exact_below_ten_events_and_byars_from_ten_on(
    pairs: list[tuple[int, float]], confidence: float
) -> None:
    for (observed, expected), found in zip(pairs, limits(pairs, confidence), strict=True):
        few = observed < 10
        want = exact(observed, confidence) if few else byar(observed, CONFIDENCES[confidence])
        assert found == pytest.approx([limit / expected for limit in want], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("confidence", "off"), [(0.95, 0.002), (0.998, 0.015)])
def test_byar_is_near_the_exact_limits_from_ten_events_on(confidence: float, off: float) -> None:
    events = [*range(10, 200), 1000, 10**5]
    found = limits([(count, 1.0) for count in events], confidence)
    for count, pair in zip(events, found, strict=True):
        assert pair == pytest.approx(exact(count, confidence), rel=off)


def test_limits_rise_with_events_also_where_the_formula_changes() -> None:
    for confidence in CONFIDENCES:
        found = limits([(count, 1.0) for count in range(40)], confidence)
        lower, upper = zip(*found, strict=True)
        assert list(lower) == sorted(set(lower))
        assert list(upper) == sorted(set(upper))


def test_no_events_have_a_lower_limit_of_zero_and_an_upper_one() -> None:
    assert limits([(0, 2.0)], 0.95) == [(0.0, pytest.approx(-math.log(0.025) / 2))]
    ((lower, upper),) = limits_by_byar([(0, 2.0)], Z95)
    assert lower == 0
    assert upper is not None
    assert upper > 0


def test_a_lower_limit_is_never_below_zero() -> None:
    assert limits_by_byar([(1, 1.0)], Z998)[0][0] == 0


@pytest.mark.parametrize("pair", [(3, 0.0), (30, 0.0), (0, 0.0), (3, None), (None, 1.0)])
def test_without_events_or_expectation_there_are_no_limits(
    pair: tuple[int | None, float | None],
) -> None:
    # A known row beside it tells the columns' types.
    assert limits([pair, (5, 5.0)], 0.95)[0] == (None, None)
    assert limits_by_byar([pair, (5, 5.0)], Z95)[0] == (None, None)
