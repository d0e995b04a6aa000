"""XmR charts: natural limits and what lies beyond them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.statistics.sql import LIMITS, Row, ask, by

CALL = "xmr_chart('months', 'team', 'month', 'hours')"
# A shock among ones and twos: 1, 2, 1, 2, 10, 1, 2, 1, 2, …
SHOCK = [1.0, 2.0, 1.0, 2.0, 10.0, *[1.0, 2.0] * 4]
VALUES = st.lists(st.floats(-1e6, 1e6), min_size=12, max_size=40)


def chart(values: list[float | None]) -> dict[int, Row]:
    # Known rows of another team tell the columns' types.
    rows = [
        {"team": team, "month": month, "hours": value}
        for team, some in (("a", values), ("b", [1.0, 2.0]))
        for month, value in enumerate(some)
    ]
    return by("month", [row for row in ask(CALL, months=rows) if row["team"] == "a"])


def test_a_shock_is_found_with_and_without_screening() -> None:
    """Moving ranges: ten of 1, an 8 and a 9; their mean is 2.25, screened 1."""
    found = chart(SHOCK)
    first = found[0]
    assert len(SHOCK) == 13
    assert first["mean_point"] == pytest.approx(28 / 13)
    ranges = [abs(b - a) for a, b in pairwise(SHOCK)]
    assert sorted(ranges) == [*[1] * 10, 8, 9]
    assert first["mean_moving_range"] == pytest.approx(27 / 12)
    assert first["upper_limit"] == pytest.approx(28 / 13 + 2.66 * 27 / 12)
    assert first["screened_moving_range"] == 1
    assert first["screened_upper_limit"] == pytest.approx(28 / 13 + 2.66)
    assert [month for month, row in found.items() if row["is_signal"]] == [4]
    assert [month for month, row in found.items() if row["is_screened_signal"]] == [4]


def test_only_screening_finds_a_shock_that_widens_its_own_limits() -> None:
    """A second, smaller shock is within the limits that the first one has widened."""
    found = chart([*SHOCK, 7.0, 1.0, 2.0, 1.0, 2.0])
    assert [month for month, row in found.items() if row["is_signal"]] == [4]
    assert [month for month, row in found.items() if row["is_screened_signal"]] == [4, 13]


@LIMITS
@given(VALUES)
def test_limits_are_those_of_numpy(values: list[float]) -> None:
    ranges = np.abs(np.diff(values))
    mean = float(np.mean(values))
    reach = 2.66 * float(np.mean(ranges))
    kept = ranges[ranges <= 3.268 * np.mean(ranges)]
    for row in chart(list(values)).values():
        assert row["mean_moving_range"] == pytest.approx(np.mean(ranges), rel=1e-9)
        assert row["lower_limit"] == pytest.approx(mean - reach, rel=1e-9, abs=1e-6)
        assert row["upper_limit"] == pytest.approx(mean + reach, rel=1e-9, abs=1e-6)
        # A range on the edge of its limit is kept or not by rounding.
        if not np.isclose(ranges, 3.268 * np.mean(ranges)).any():
            assert row["screened_moving_range"] == pytest.approx(np.mean(kept), rel=1e-9)


@LIMITS
@given(VALUES)
def test_screening_never_hides_a_signal(values: list[float]) -> None:
    for row in chart(list(values)).values():
        assert row["is_screened_signal"] or not row["is_signal"]


def test_fewer_than_twelve_points_have_neither_limits_nor_signals() -> None:
    eleven, twelve = chart(list(SHOCK[:11])), chart(list(SHOCK[:12]))
    assert {row["is_signal"] for row in eleven.values()} == {None}
    assert {row["upper_limit"] for row in eleven.values()} == {None}
    assert twelve[4]["is_signal"] is True


@LIMITS
@given(st.floats(-1e6, 1e6), st.integers(12, 40))
def test_equal_points_have_no_signal(value: float, n_points: int) -> None:
    for row in chart([value] * n_points).values():
        assert row["is_signal"] is False
        assert row["is_screened_signal"] is False


def test_an_unknown_month_has_no_moving_range_and_its_successor_neither() -> None:
    found = chart([1.0, 2.0, None, 50.0, *[51.0, 50.0] * 5])
    assert [found[month]["moving_range"] for month in range(5)] == [None, 1, None, None, 1]
    assert found[0]["n_points"] == 13
    assert found[2]["is_signal"] is None
