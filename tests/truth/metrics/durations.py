"""How long things lasted, some of which go on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tests.truth.definitions import Profile
from tests.truth.metrics.figures import Figure
from tests.truth.moments import seconds_between
from tests.truth.statistics import kaplan_meier_median, mean, quantile


def durations(
    pairs: Sequence[tuple[float | None, datetime | None, bool]], profile: Profile, as_of: datetime
) -> Figure:
    """How long something lasted; given how many seconds, since when, and whether it goes on.

    What goes on has lasted until the as-of date at least. What ended before it began is unknown:
    left out and counted.
    """
    lengths: list[tuple[float, bool]] = []
    n_excluded = 0
    for seconds, since, goes_on in pairs:
        if goes_on and profile.unresolved == "dropped":
            n_excluded += 1
            continue
        length = seconds_between(since, as_of) if goes_on else seconds
        if length is None:
            n_excluded += 1
        else:
            lengths.append((length / 3600, not goes_on or profile.unresolved == "to_as_of"))
    if profile.aggregate == "mean" and profile.unresolved != "censored":
        value = mean([length for length, _ in lengths])
    elif profile.unresolved == "censored":
        value = kaplan_meier_median(lengths)
    else:
        value = quantile([length for length, _ in lengths], 0.5)
    return Figure(value, None, None, len(lengths), n_excluded)
