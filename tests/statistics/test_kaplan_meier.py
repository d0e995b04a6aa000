"""Kaplan–Meier medians and their limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from tests.statistics.sql import LIMITS, Row, ask, by

ARGUMENTS = "'waits', 'arm', 'weeks', 'is_ended'"
# Weeks of remission, and whether a relapse ended it: Freireich et al. (1963), as in Gehan (1965).
TREATED = [
    *((6, True), (6, True), (6, True), (7, True), (10, True), (13, True), (16, True), (22, True)),
    *((23, True), (6, False), (9, False), (10, False), (11, False), (17, False), (19, False)),
    *((20, False), (25, False), (32, False), (32, False), (34, False), (35, False)),
]
CONTROLS = [
    (weeks, True)
    for weeks in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
]
WAITS = st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=60)


def waits(pairs: list[tuple[int, bool]], arm: str = "a") -> list[Row]:
    return [{"arm": arm, "weeks": weeks, "is_ended": is_ended} for weeks, is_ended in pairs]


def test_remissions_have_the_published_medians_and_limits() -> None:
    """As survfit of R with log-log limits: 23 (13, none) and 8 (4, 11)."""
    rows = [*waits(TREATED, "treated"), *waits(CONTROLS, "controls")]
    limits = ask(f"kaplan_meier_limits({ARGUMENTS})", waits=rows)
    medians = by("arm", ask(f"kaplan_meier_median({ARGUMENTS})", waits=rows))
    found = {
        row["arm"]: (
            row["lower_limit"],
            medians[row["arm"]]["median_duration"],
            row["upper_limit"],
        )
        for row in limits
    }
    assert found == {"treated": (13, 23, None), "controls": (4, 8, 11)}


def test_survival_is_the_published_one() -> None:
    """Venables and Ripley, Modern Applied Statistics with S, section 13.1."""
    curve = by("duration", ask(f"survival_curve({ARGUMENTS})", waits=waits(TREATED)))
    errors = {week: row["survival"] * math.sqrt(row["greenwood"]) for week, row in curve.items()}
    for week, survival, error in [(6, 0.857, 0.0764), (13, 0.690, 0.1068), (23, 0.448, 0.1346)]:
        assert curve[week]["survival"] == pytest.approx(survival, abs=5e-4)
        assert errors[week] == pytest.approx(error, abs=5e-5)


@LIMITS
@given(WAITS)
def test_survival_is_that_of_statsmodels(pairs: list[tuple[int, bool]]) -> None:
    assume(any(is_ended for _, is_ended in pairs))
    curve = by("duration", ask(f"survival_curve({ARGUMENTS})", waits=waits(pairs)))
    want = SurvfuncRight(*np.array(pairs).T)
    for week, survival, error in zip(
        want.surv_times, want.surv_prob, want.surv_prob_se, strict=True
    ):
        assert curve[week]["survival"] == pytest.approx(survival, abs=1e-9)
        if survival > 1e-9:
            found = survival * math.sqrt(curve[week]["greenwood"])
            assert found == pytest.approx(error, rel=1e-9)


@LIMITS
@given(WAITS)
def test_limits_are_those_of_statsmodels(pairs: list[tuple[int, bool]]) -> None:
    # The longest wait is cut off: where all have ended, statsmodels has a limit and R has none.
    pairs = [*pairs, (31, False)]
    assume(any(is_ended for _, is_ended in pairs))
    (found,) = ask(f"kaplan_meier_limits({ARGUMENTS})", waits=waits(pairs))
    lower, upper = SurvfuncRight(*np.array(pairs).T).quantile_ci(0.5)
    # A single fall that passes the whole interval leaves statsmodels without any time in it.
    assume(not math.isnan(lower))
    assert found["lower_limit"] == lower
    assert found["upper_limit"] == (None if math.isinf(upper) else upper)


@LIMITS
@given(WAITS)
def test_limits_are_on_either_side_of_the_median(pairs: list[tuple[int, bool]]) -> None:
    (median,) = ask(f"kaplan_meier_median({ARGUMENTS})", waits=waits(pairs))
    (limits,) = ask(f"kaplan_meier_limits({ARGUMENTS})", waits=waits(pairs))
    median, lower, upper = (
        median["median_duration"],
        limits["lower_limit"],
        limits["upper_limit"],
    )
    assert lower is None or median is None or lower <= median
    assert upper is None or median <= upper


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param([(5, False), (7, False)], id="none ended"),
        pytest.param([(5, True)], id="one"),
        pytest.param([(5, True)] * 9, id="all equal"),
    ],
)
def test_without_a_variance_there_are_no_limits(pairs: list[tuple[int, bool]]) -> None:
    (limits,) = ask(f"kaplan_meier_limits({ARGUMENTS})", waits=waits(pairs))
    assert (limits["lower_limit"], limits["upper_limit"]) == (None, None)


def test_where_fewer_than_half_have_ended_there_is_no_median() -> None:
    pairs = [(1, True), *[(9, False)] * 9]
    (median,) = ask(f"kaplan_meier_median({ARGUMENTS})", waits=waits(pairs))
    assert median["median_duration"] is None
