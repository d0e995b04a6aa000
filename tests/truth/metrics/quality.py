"""What was delivered and did not hold, and how well it is tested."""

from __future__ import annotations

from collections.abc import Sequence

from tests.truth.changes import Change
from tests.truth.checks import Check, checks
from tests.truth.definitions import Profile, threshold
from tests.truth.facts import Facts
from tests.truth.incidents import Outage
from tests.truth.issues import Defect, defects
from tests.truth.metrics.durations import durations
from tests.truth.metrics.figures import Figure, Figures, Place, by_place, ratio
from tests.truth.moments import seconds_between


def quality(facts: Facts, profile: Profile) -> Figures:
    changes = by_place(
        facts,
        facts.changes.deployed(),
        lambda change: change.deployed_at,
        lambda change: change.deployment.service_id if change.deployment else None,
    )
    found = defects(facts.told, facts.services, facts.as_of)
    return {
        **reverted(facts, changes),
        **rollbacks(facts),
        **recurrence(facts),
        **check_rates(facts),
        **escaped(facts, found, changes),
        **times_to_fix(facts, found, profile),
    }


def reverted(facts: Facts, changes: dict[Place, list[Change]]) -> Figures:
    """Whichever revert came later, and whether or not it is out. What takes back a revert is none:
    the revert that it takes back was no change that did not hold."""
    taken_back = {change.reverts for change in facts.changes.all if change.is_revert}
    return {
        (place, "share_of_changes_reverted"): share(
            [change.change_id in taken_back for change in here]
        )
        for place, here in changes.items()
    }


def share(hits: Sequence[bool | None]) -> Figure:
    """Of those that are known; the others are left out and counted."""
    known = [hit for hit in hits if hit is not None]
    return ratio(float(sum(known)), float(len(known)), len(hits) - len(known))


def rollbacks(facts: Facts) -> Figures:
    deployments = by_place(
        facts,
        facts.deployments.in_production(),
        lambda one: one.finished_at,
        lambda one: one.service_id,
    )
    return {
        (place, "rollback_rate"): share([one.is_rollback for one in here])
        for place, here in deployments.items()
    }


def recurrence(facts: Facts) -> Figures:
    """The same cause again, of the same service, within the days of the threshold. Of an incident
    without a cause nobody knows whether it came back."""

    def came_back(outage: Outage) -> bool | None:
        if outage.root_cause is None:
            return None
        for other in facts.outages:
            if other.service_id != outage.service_id or other.root_cause != outage.root_cause:
                continue
            if (other.detected_at, other.incident_id) >= (outage.detected_at, outage.incident_id):
                continue
            waited = seconds_between(other.detected_at, outage.detected_at)
            if waited is not None and waited <= 86400 * threshold("recurrence_days"):
                return True
        return False

    outages = by_place(
        facts, facts.outages, lambda outage: outage.detected_at, lambda outage: outage.service_id
    )
    return {
        (place, "incident_recurrence"): share([came_back(outage) for outage in here])
        for place, here in outages.items()
    }


def check_rates(facts: Facts) -> Figures:
    found: Figures = {}
    here_by_place = by_place(
        facts,
        checks(facts.told, facts.services, facts.as_of),
        lambda check: check.started_at,
        lambda check: check.service_id,
    )
    for place, here in here_by_place.items():
        known: list[Check] = here
        found[place, "check_failure_rate"] = share([check.is_failed for check in known])
        found[place, "flaky_check_rate"] = share([check.is_flaky for check in known])
    return found


def defects_by_place(facts: Facts, found: list[Defect]) -> dict[Place, list[Defect]]:
    return by_place(facts, found, lambda one: one.opened_at, lambda one: one.service_id)


def escaped(facts: Facts, found: list[Defect], changes: dict[Place, list[Change]]) -> Figures:
    """Without any defect recorded nobody knows how many escaped; nor where nobody said of any
    where it was found."""
    figures: Figures = {}
    if not found:
        return figures
    here_by_place = defects_by_place(facts, found)
    for place, deployed in changes.items():
        here = here_by_place.get(place, [])
        known = [one for one in here if one.found_in is not None]
        n_escaped = float(sum(one.found_in == "production" for one in known))
        is_known = bool(known) or not here
        figures[place, "escaped_defects_per_100_changes"] = Figure(
            n_escaped / (len(deployed) / 100) if is_known else None,
            n_escaped,
            len(deployed) / 100,
            len(deployed),
            len(here) - len(known),
        )
    return figures


def times_to_fix(facts: Facts, found: list[Defect], profile: Profile) -> Figures:
    return {
        (place, "defect_time_to_fix"): durations(
            [
                (seconds_between(one.opened_at, one.closed_at), one.opened_at, not one.closed_at)
                for one in here
            ],
            profile,
            facts.as_of,
        )
        for place, here in defects_by_place(facts, found).items()
    }
