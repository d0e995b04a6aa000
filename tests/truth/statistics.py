"""Quantiles and the Kaplan–Meier median, written out."""

from __future__ import annotations

import math
from collections.abc import Sequence


def quantile(values: Sequence[float], q: float) -> float | None:
    """Between the two values that the place (n − 1)·q lies between, in proportion."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * q
    low = math.floor(place)
    high = math.ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def kaplan_meier_median(durations: Sequence[tuple[float, bool]]) -> float | None:
    """The first duration after which at most half have not ended; pairs of how long, and whether
    the end was seen. What is cut off is at risk until then and ends nowhere."""
    survival = 1.0
    for at in sorted({length for length, _ in durations}):
        n_at_risk = sum(1 for length, _ in durations if length >= at)
        n_ended = sum(1 for length, is_seen in durations if length == at and is_seen)
        survival *= 1 - n_ended / n_at_risk
        if survival <= 0.5 + 1e-12:
            return at
    return None
