"""Ratios shrunk towards the mean of their group, after Marshall (1991)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.statistics.sql import LIMITS, Row, ask, by

CALL = "marshall_shrinkage('units', 'quarter', 'unit', 'failures', 'expected')"
Unit = tuple[int | None, float | None]
UNITS = st.lists(st.tuples(st.integers(0, 500), st.floats(0.5, 500)), min_size=1, max_size=30)


def ask_shrinkage(units: list[Unit]) -> dict[int, Row]:
    rows = [
        {"quarter": quarter, "unit": number, "failures": failures, "expected": expected}
        for quarter, some in (("q", units), ("another", [(1, 1.0)]))
        for number, (failures, expected) in enumerate(some)
    ]
    return by("unit", [row for row in ask(CALL, units=rows) if row["quarter"] == "q"])


def test_the_worked_numbers() -> None:
    """Two units of 20 expected events, 10 and 30 seen: m = 1, s² = 1/4, A = 1/4 − 1/20."""
    found = ask_shrinkage([(10, 20.0), (30, 20.0)])
    assert found[0]["mean_ratio"] == 1
    assert found[0]["between_variance"] == pytest.approx(0.20)
    assert found[0]["shrinkage_weight"] == pytest.approx(0.8)
    assert found[0]["shrunk_ratio"] == pytest.approx(0.6)
    assert found[1]["shrunk_ratio"] == pytest.approx(1.4)


@LIMITS
@given(UNITS)
def test_shrunk_ratios_are_those_of_marshall(units: list[tuple[int, float]]) -> None:
    observed, expected = (np.array(values, dtype=float) for values in zip(*units, strict=True))
    assume(observed.sum() > 0)
    mean = observed.sum() / expected.sum()
    ratio = observed / expected
    spread = (expected * (ratio - mean) ** 2).sum() / expected.sum()
    between = max(0.0, spread - mean / expected.mean())
    assume(between == 0 or between > 1e-9)
    weight = between / (between + mean / expected)
    found = ask_shrinkage(list(units))
    for number, row in found.items():
        assert row["between_variance"] == pytest.approx(between, rel=1e-6, abs=1e-9)
        assert row["shrinkage_weight"] == pytest.approx(weight[number], rel=1e-6, abs=1e-9)
        want = mean + weight[number] * (ratio[number] - mean)
        assert row["shrunk_ratio"] == pytest.approx(want, rel=1e-6)


@LIMITS
@given(UNITS)
def test_a_shrunk_ratio_lies_between_its_own_and_the_mean(units: list[tuple[int, float]]) -> None:
    for row in ask_shrinkage(list(units)).values():
        low, high = sorted((row["ratio"], row["mean_ratio"]))
        assert 0 <= row["shrinkage_weight"] <= 1
        assert low - 1e-9 <= row["shrunk_ratio"] <= high + 1e-9


def test_without_evidence_of_differences_every_ratio_is_the_mean() -> None:
    found = ask_shrinkage([(9, 10.0), (11, 10.0), (10, 10.0)])
    assert {row["between_variance"] for row in found.values()} == {0}
    assert {row["shrinkage_weight"] for row in found.values()} == {0}
    assert {row["shrunk_ratio"] for row in found.values()} == {1}


def test_a_larger_unit_is_shrunk_less() -> None:
    found = ask_shrinkage([(6, 2.0), (300, 100.0), (1, 50.0), (40, 50.0)])
    assert found[0]["ratio"] == found[1]["ratio"]
    assert found[0]["shrinkage_weight"] < found[1]["shrinkage_weight"]


@pytest.mark.parametrize("unit", [(3, 0.0), (3, None), (None, 5.0)])
def test_what_is_not_expected_or_known_is_not_shrunk_and_does_not_count(unit: Unit) -> None:
    known: list[Unit] = [(3, 5.0), (30, 5.0)]
    found = ask_shrinkage([*known, unit])
    assert found[2]["shrunk_ratio"] is None
    assert found[2]["shrinkage_weight"] is None
    assert {n: found[n] for n in (0, 1)} == ask_shrinkage(known)
