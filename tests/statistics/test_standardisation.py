"""Expected events by indirect standardisation."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.statistics.sql import LIMITS, Row, ask, by

CALL = "indirect_standardisation('cells', 'quarter', 'unit', 'stratum', 'failures', 'deployments')"
Cell = tuple[str, str, int | None, float | None]
CELLS = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.sampled_from("xyz"),
        st.none() | st.integers(0, 50),
        st.none() | st.integers(0, 1000).map(float),
    ),
    min_size=1,
    max_size=40,
)


def cells(rows: list[Cell], quarter: str = "q") -> list[Row]:
    names = ("unit", "stratum", "failures", "deployments")
    return [{"quarter": quarter, **dict(zip(names, row, strict=True))} for row in rows]


def expected_by_hand(rows: list[Cell]) -> dict[str, tuple[float, float, float | None]]:
    """Observed, exposure and expected by unit, as the text books write it."""
    observed: dict[tuple[str, str], float] = defaultdict(float)
    exposure: dict[tuple[str, str], float] = defaultdict(float)
    for unit, stratum, failures, deployments in rows:
        if failures is not None and deployments:
            observed[unit, stratum] += failures
            exposure[unit, stratum] += deployments
    answer: dict[str, tuple[float, float, float | None]] = {}
    for unit in {unit for unit, _ in exposure}:
        expected: float | None = 0.0
        for own, stratum in exposure:
            if own != unit:
                continue
            those = [name for name, other in exposure if other == stratum]
            total = sum(exposure[name, stratum] for name in those)
            if exposure[unit, stratum] > 0.2 * total:
                those = [name for name in those if name != unit]
            among = sum(exposure[name, stratum] for name in those)
            if not among or expected is None:
                expected = None
                continue
            rate = sum(observed[name, stratum] for name in those) / among
            expected += exposure[unit, stratum] * rate
        mine = [key for key in exposure if key[0] == unit]
        answer[unit] = (
            sum(observed[key] for key in mine),
            sum(exposure[key] for key in mine),
            expected,
        )
    return answer


def test_a_unit_is_compared_with_the_rates_of_its_own_strata() -> None:
    """Six like units in one stratum; the rate of all is 12 / 120."""
    rows: list[Cell] = [
        (unit, "x", failures, 20.0) for unit, failures in zip("abcdef", [7, *[1] * 5], strict=True)
    ]
    found = by("unit", ask(CALL, cells=cells(rows)))
    # A sixth of the exposure is below a fifth: everyone counts.
    assert found["a"]["expected"] == pytest.approx(2.0)
    assert found["a"]["ratio"] == pytest.approx(3.5)
    assert found["b"]["ratio"] == pytest.approx(0.5)


def test_a_unit_that_holds_more_than_a_fifth_of_a_stratum_is_compared_with_the_others() -> None:
    rows: list[Cell] = [("a", "x", 10, 100.0), ("b", "x", 1, 100.0), ("c", "x", 3, 100.0)]
    found = by("unit", ask(CALL, cells=cells(rows)))
    assert found["a"]["expected"] == pytest.approx(100 * 4 / 200)
    assert found["b"]["expected"] == pytest.approx(100 * 13 / 200)


def test_exactly_a_fifth_is_no_more_than_a_fifth() -> None:
    rows: list[Cell] = [(unit, "x", 5 if unit == "a" else 0, 10.0) for unit in "abcde"]
    found = by("unit", ask(CALL, cells=cells(rows)))
    assert found["a"]["expected"] == pytest.approx(1.0)


def test_without_others_nothing_is_expected() -> None:
    found = by("unit", ask(CALL, cells=cells([("a", "x", 3, 10.0), ("b", "y", 1, 10.0)])))
    assert found["a"]["expected"] is None
    assert found["a"]["ratio"] is None


def test_quarters_do_not_disturb_each_other() -> None:
    rows: list[Cell] = [(unit, "x", 1, 10.0) for unit in "abcdef"]
    other: list[Cell] = [(unit, "x", 5, 10.0) for unit in "abcdef"]
    found = ask(CALL, cells=[*cells(rows, "first"), *cells(other, "second")])
    for row in found:
        assert row["expected"] == pytest.approx(1.0 if row["quarter"] == "first" else 5.0)


@LIMITS
@given(CELLS)
def test_expected_events_are_those_by_hand(rows: list[Cell]) -> None:
    # Known rows of another quarter tell the columns' types.
    found = ask(CALL, cells=[*cells(rows), *cells([("z", "x", 1, 1.0)], "another")])
    units = by("unit", [row for row in found if row["quarter"] == "q"])
    want = expected_by_hand(rows)
    assert units.keys() == want.keys()
    for unit, (observed, exposure, expected) in want.items():
        assert units[unit]["observed"] == observed
        assert units[unit]["exposure"] == exposure
        assert units[unit]["expected"] == (
            None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-9)
        )
        if expected:
            assert units[unit]["ratio"] == pytest.approx(observed / expected, rel=1e-9)
        else:
            assert units[unit]["ratio"] is None


@LIMITS
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 60)), min_size=10, max_size=20))
def test_where_nobody_is_left_out_all_that_happened_was_expected(
    pairs: list[tuple[int, int]],
) -> None:
    rows: list[Cell] = [(f"u{n}", "x", o, float(e)) for n, (o, e) in enumerate(pairs)]
    found = ask(CALL, cells=cells(rows))
    assert sum(row["expected"] for row in found) == pytest.approx(sum(o for o, _ in pairs))
