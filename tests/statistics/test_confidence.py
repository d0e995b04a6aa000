"""Labels of confidence: more consistent data never lowers one, more variance never raises it."""

from __future__ import annotations

import csv
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orchestration.workspace import DBT_PROJECT
from tests.statistics.sql import LIMITS, Z95, compute

with (DBT_PROJECT / "seeds/reference/confidence_rules.csv").open() as file:
    RULES = {row["value_kind"]: row for row in csv.DictReader(file)}

ORDER = {"weak": 0, "emerging": 1, "stable": 2}
# Months with exposure among the last 18, and whether the last 8 hold a special cause.
EVIDENCE = st.tuples(st.integers(0, 18), st.none() | st.booleans())
ENOUGH = (18, False)
Limits = tuple[float | None, float | None]


def label(kind: str, limits: Limits, evidence: tuple[int | None, bool | None] = ENOUGH) -> str:
    rule = RULES[kind]
    row = {
        "lower": limits[0],
        "upper": limits[1],
        "scale": rule["half_width_scale"] or None,
        "stable": float(rule["stable_half_width"] or "nan"),
        "emerging": float(rule["emerging_half_width"] or "nan"),
        "months": evidence[0],
        "special": evidence[1],
    }
    for name in ("stable", "emerging"):
        if math.isnan(row[name]):  # type: ignore[arg-type]
            row[name] = None
    known = {**row, "lower": 1.0, "upper": 1.0, "scale": "factor", "stable": 1.0, "emerging": 1.0}
    known |= {"months": 1, "special": True}
    (found, _) = compute(
        [row, known],
        label="confidence_label("
        "half_width('lower', 'upper', 'scale'), 'stable', 'emerging', 'months', 'special')",
    )
    return str(found["label"])


def ratio_label(events: int, evidence: tuple[int, bool | None] = ENOUGH) -> str:
    (row,) = compute([{"o": events}], low="ratio_lower('o', '1.0')", high="ratio_upper('o', '1.0')")
    return label("ratio", (row["low"], row["high"]), evidence)


def share_label(successes: int, trials: int) -> str:
    (row,) = compute(
        [{"s": successes, "n": trials}],
        low=f"wilson_lower('s', 'n', {Z95})",
        high=f"wilson_upper('s', 'n', {Z95})",
    )
    return label("share", (row["low"], row["high"]))


def test_a_ratio_is_stable_from_about_82_events_and_emerging_from_about_26() -> None:
    labels = [ratio_label(events) for events in range(120)]
    assert labels == sorted(labels, key=ORDER.__getitem__)
    # Half the width of 82 events' limits is 0.2513: near enough to be called about 82.
    assert 80 <= labels.index("stable") <= 85
    assert 24 <= labels.index("emerging") <= 28


def test_a_share_is_stable_within_five_points_and_emerging_within_ten() -> None:
    assert share_label(192, 384) == "stable"
    assert share_label(180, 360) == "emerging"
    assert share_label(48, 96) == "emerging"
    assert share_label(40, 80) == "weak"


@LIMITS
@given(st.integers(0, 100), st.integers(1, 100), st.integers(2, 30))
def test_more_of_the_same_never_lowers_the_label_of_a_share(
    successes: int, trials: int, times: int
) -> None:
    assume(successes <= trials)
    fewer, more = share_label(successes, trials), share_label(successes * times, trials * times)
    assert ORDER[more] >= ORDER[fewer]


@LIMITS
@given(st.integers(0, 200), st.integers(0, 200), EVIDENCE)
def test_more_events_never_lower_the_label_of_a_ratio(
    events: int, more: int, evidence: tuple[int, bool | None]
) -> None:
    fewer, many = ratio_label(events, evidence), ratio_label(events + more, evidence)
    assert ORDER[many] >= ORDER[fewer]


@LIMITS
@given(
    st.sampled_from(list(RULES)),
    st.floats(0.01, 1e3),
    st.floats(1, 3),
    st.floats(1, 3),
    EVIDENCE,
)
def test_a_wider_interval_never_raises_a_label(
    kind: str, lower: float, factor: float, wider: float, evidence: tuple[int, bool | None]
) -> None:
    narrow = label(kind, (lower, lower * factor), evidence)
    wide = label(kind, (lower / wider, lower * factor * wider), evidence)
    assert ORDER[wide] <= ORDER[narrow]


@LIMITS
@given(
    st.sampled_from(list(RULES)), st.floats(0.01, 10), st.floats(1, 3), EVIDENCE, st.integers(0, 18)
)
def test_more_months_never_lower_a_label(
    kind: str, lower: float, factor: float, evidence: tuple[int, bool | None], months: int
) -> None:
    limits = (lower, lower * factor)
    later = (max(months, evidence[0]), evidence[1])
    assert ORDER[label(kind, limits, later)] >= ORDER[label(kind, limits, evidence)]


@pytest.mark.parametrize(
    ("evidence", "want"),
    [
        ((12, False), "stable"),
        ((11, False), "emerging"),
        ((12, True), "emerging"),
        ((12, None), "emerging"),
        ((6, True), "emerging"),
        ((5, False), "weak"),
        ((None, False), "weak"),
    ],
)
def test_months_and_special_causes_bound_a_label(
    evidence: tuple[int | None, bool | None], want: str
) -> None:
    assert label("ratio", (9.0, 10.0), evidence) == want


@pytest.mark.parametrize("limits", [(None, 1.0), (1.0, None), (None, None), (0.0, 1.0), (2.0, 1.0)])
def test_without_both_limits_a_value_is_weak(limits: Limits) -> None:
    for kind in ("ratio", "quantile", "survival"):
        assert label(kind, limits) == "weak"


@pytest.mark.parametrize(
    "kind", [kind for kind, rule in RULES.items() if rule["interval_method"] == "none"]
)
def test_kinds_without_an_interval_are_always_weak(kind: str) -> None:
    assert label(kind, (1.0, 1.0)) == "weak"
