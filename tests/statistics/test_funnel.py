"""Funnel limits of observed / expected, with and without over-dispersion."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import norm, poisson

from tests.statistics.sql import LIMITS, Row, ask, by

CALL = "funnel('units', 'quarter', 'unit', 'failures', 'expected')"
Unit = tuple[int | None, float | None]
EXPECTED = st.floats(0.5, 500)
WITH_EVENTS = st.lists(st.tuples(st.integers(1, 800), EXPECTED), min_size=1, max_size=30)
WITH_A_ZERO = WITH_EVENTS.map(lambda units: [(0, 3.0), *units])


@dataclass
class Funnel:
    """Spiegelhalter's funnel by numpy: phi, tau squared, and limits by unit and confidence."""

    phi: float
    tau_squared: float
    limits: list[dict[float, tuple[float, float]]]


def funnel(units: list[tuple[int, float]]) -> Funnel:
    observed, expected = (np.array(values, dtype=float) for values in zip(*units, strict=True))
    is_square_root = bool((observed == 0).any())
    variance = 1 / (4 * expected) if is_square_root else 1 / expected
    effect = np.sqrt(observed / expected) - 1 if is_square_root else np.log(observed / expected)
    z = effect / np.sqrt(variance)
    phi = float(np.mean(np.clip(z, *np.quantile(z, [0.1, 0.9])) ** 2))
    weight, n = 1 / variance, len(units)
    tau_squared = 0.0
    if n > 1:
        spread = weight.sum() - (weight**2).sum() / weight.sum()
        tau_squared = max(0.0, float((n * phi - (n - 1)) / spread))
    limits: list[dict[float, tuple[float, float]]] = []
    for one, own_variance in zip(expected, variance, strict=True):
        pair: dict[float, tuple[float, float]] = {}
        for confidence in (0.95, 0.998):
            reach = norm.ppf((1 + confidence) / 2) * math.sqrt(own_variance + tau_squared)
            if tau_squared == 0:
                tails = (1 - confidence) / 2, (1 + confidence) / 2
                pair[confidence] = tuple(float(poisson.ppf(tail, one) / one) for tail in tails)  # type: ignore[assignment]
            elif is_square_root:
                pair[confidence] = max(0.0, 1 - reach) ** 2, (1 + reach) ** 2
            else:
                pair[confidence] = math.exp(-reach), math.exp(reach)
        limits.append(pair)
    return Funnel(phi, tau_squared, limits)


def rows_of(units: list[Unit], quarter: str = "q") -> list[Row]:
    return [
        {"quarter": quarter, "unit": number, "failures": failures, "expected": expected}
        for number, (failures, expected) in enumerate(units)
    ]


def ask_funnel(units: list[Unit]) -> dict[int, Row]:
    # Known rows of another quarter tell the columns' types.
    other = rows_of([(1, 1.0)], "another")
    found = ask(CALL, units=[*rows_of(units), *other])
    return by("unit", [row for row in found if row["quarter"] == "q"])


def assert_is_the_funnel(units: list[tuple[int, float]]) -> None:
    want = funnel(units)
    # On the edge of no over-dispersion, rounding decides which limits hold.
    assume(want.tau_squared == 0 or want.tau_squared > 1e-12)
    for number, row in ask_funnel(list(units)).items():
        assert row["phi"] == pytest.approx(want.phi, rel=1e-9)
        assert row["tau_squared"] == pytest.approx(want.tau_squared, rel=1e-9, abs=1e-12)
        for suffix, confidence in (("95", 0.95), ("998", 0.998)):
            lower, upper = want.limits[number][confidence]
            found = row[f"lower_{suffix}"], row[f"upper_{suffix}"]
            assert found == pytest.approx((lower, upper), rel=1e-9, abs=1e-12)


@LIMITS
@given(WITH_EVENTS)
def test_the_funnel_is_that_of_numpy_on_the_log_scale(units: list[tuple[int, float]]) -> None:
    assert not any(row["is_square_root"] for row in ask_funnel(list(units)).values())
    assert_is_the_funnel(units)


@LIMITS
@given(WITH_A_ZERO)
def test_one_unit_without_events_puts_all_of_them_on_the_square_root_scale(
    units: list[tuple[int, float]],
) -> None:
    assert all(row["is_square_root"] for row in ask_funnel(list(units)).values())
    assert_is_the_funnel(units)


@pytest.mark.parametrize("expected", [0.3, 5.0, 26.0, 800.0])
def test_without_over_dispersion_the_limits_are_exact(expected: float) -> None:
    """Log limits at 5 expected events would alarm 12 % of the time in place of 5 %."""
    units: list[Unit] = [(max(1, round(expected)), expected)] * 8
    row = ask_funnel(units)[0]
    assert row["tau_squared"] == 0
    for suffix, tail in (("95", 0.025), ("998", 0.001)):
        assert row[f"lower_{suffix}"] * expected == pytest.approx(poisson.ppf(tail, expected))
        assert row[f"upper_{suffix}"] * expected == pytest.approx(poisson.ppf(1 - tail, expected))
        low, high = (round(row[f"{side}_{suffix}"] * expected) for side in ("lower", "upper"))
        assert poisson.cdf(low - 1, expected) <= tail
        assert poisson.sf(high, expected) <= tail


def test_scores_are_those_of_the_two_scales() -> None:
    """20 where 10 were expected: √10 · ln 2 is 2.19, and 2 · √10 · (√2 − 1) is 2.62."""
    without_zero = ask_funnel([(20, 10.0), (10, 10.0)])
    with_zero = ask_funnel([(20, 10.0), (0, 10.0)])
    assert without_zero[0]["z_score"] == pytest.approx(2.1919, abs=5e-5)
    assert with_zero[0]["z_score"] == pytest.approx(2.6197, abs=5e-5)
    assert with_zero[1]["z_score"] == pytest.approx(-2 * math.sqrt(10))


@LIMITS
@given(WITH_EVENTS)
def test_what_is_outside_the_wider_limits_is_outside_the_narrower_ones(
    units: list[tuple[int, float]],
) -> None:
    for row in ask_funnel(list(units)).values():
        assert row["lower_998"] <= row["lower_95"] <= row["upper_95"] <= row["upper_998"]
        assert row["is_outside_95"] or not row["is_outside_998"]
        beyond = row["ratio"] < row["lower_998"] or row["ratio"] > row["upper_998"]
        assert row["is_outside_998"] == beyond


def test_over_dispersion_widens_the_limits_of_all() -> None:
    calm: list[Unit] = [(50, 50.0)] * 10
    torn: list[Unit] = [(25, 50.0), (100, 50.0)] * 5
    narrow, wide = ask_funnel(calm)[0], ask_funnel(torn)[0]
    assert wide["upper_998"] > narrow["upper_998"]
    assert wide["lower_998"] < narrow["lower_998"]
    assert not any(row["is_outside_998"] for row in ask_funnel(torn).values())


@pytest.mark.parametrize("unit", [(3, 0.0), (3, None), (None, 5.0)])
def test_where_nothing_is_expected_or_known_there_is_no_funnel(unit: Unit) -> None:
    known: list[Unit] = [(7, 5.0), (9, 5.0)]
    found = ask_funnel([*known, unit])
    assert found[2]["ratio"] is None
    assert (found[2]["lower_95"], found[2]["upper_998"]) == (None, None)
    assert found[2]["is_outside_998"] is None
    assert {n: found[n] for n in (0, 1)} == ask_funnel(known)
