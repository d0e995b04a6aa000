"""How many of the defects that are open have been for long."""

from __future__ import annotations

from datetime import timedelta

from tests.truth.definitions import Profile, threshold
from tests.truth.facts import Facts
from tests.truth.issues import Defect, defects
from tests.truth.metrics.figures import Figures, Place, ratio


def defect_age(facts: Facts, profile: Profile) -> Figures:
    """As at the end of the period, or at the as-of date within it. One of which nobody said where
    it was found may not have been found in production."""
    old = timedelta(days=threshold("old_defect_days"))
    everything = defects(facts.told, facts.services, facts.as_of)
    found: Figures = {}
    for period in facts.months_and_quarters:
        at = min(period.end, facts.as_of)
        here: dict[Place, list[Defect]] = {}
        for one in everything:
            if one.opened_at < at and (one.closed_at is None or one.closed_at >= at):
                for family, key in facts.service_groups(one.service_id, at):
                    here.setdefault((family, key, period.period_id), []).append(one)
        for place, still_open in here.items():
            escaped = [one for one in still_open if one.found_in == "production"]
            n_unknown = sum(one.found_in is None for one in still_open)
            n_old = float(sum(one.opened_at < at - old for one in escaped))
            figure = ratio(n_old, float(len(escaped)), n_unknown)
            found[place, "share_of_open_defects_that_are_old"] = figure
    return found
