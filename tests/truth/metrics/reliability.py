"""Whether what was deployed held, and how long it took to put right what did not."""

from __future__ import annotations

from tests.truth.definitions import Profile
from tests.truth.facts import Facts
from tests.truth.failures import Outcome
from tests.truth.incidents import Outage
from tests.truth.links import confidence, makes_failure
from tests.truth.metrics.durations import durations
from tests.truth.metrics.figures import OF_OTHERS, Figures, Place, by_place, ratio
from tests.truth.moments import seconds_between


def reliability(facts: Facts, profile: Profile) -> Figures:
    found = {**failures(facts, profile), **linked(facts, profile), **restorations(facts, profile)}
    return {
        (place, metric): figure
        for (place, metric), figure in found.items()
        if profile.is_own or place[0] in OF_OTHERS
    }


def failures(facts: Facts, profile: Profile) -> Figures:
    """Without any incident source it is not known which deployments failed."""
    is_known = bool(facts.outages)
    n_incidents = {place: len(here) for place, here in incidents(facts).items()}
    outcomes = by_place(
        facts,
        facts.outcomes(profile),
        lambda outcome: outcome.deployment.finished_at,
        lambda outcome: outcome.deployment.service_id,
    )
    found: Figures = {}
    for place, here in outcomes.items():
        failed: list[Outcome] = [one for one in here if one.is_failed]
        n_unplanned = float(sum(one.is_unplanned for one in here))
        n_deployments = float(len(here))
        n_failed = float(len(failed))
        if profile.link_rule == "incidents_over_deployments":
            n_failed = float(n_incidents.get(place, 0))
        found[place, "change_failure_rate"] = ratio(n_failed if is_known else None, n_deployments)
        if profile.is_own:
            surely = [one for one in failed if confidence(one.method or "") in ("certain", "high")]
            found[place, "share_of_failures_surely_linked"] = ratio(
                float(len(surely)), float(len(failed))
            )
        if profile.has_rework_rate == "true":
            found[place, "rework_rate"] = ratio(n_unplanned, n_deployments)
        if failed:
            found[place, "failed_deployment_recovery_time"] = durations(
                [
                    (one.recovery_seconds, one.deployment.finished_at, one.is_unrecovered)
                    for one in failed
                ],
                profile,
                facts.as_of,
            )
    return found


def incidents(facts: Facts) -> dict[Place, list[Outage]]:
    return by_place(
        facts, facts.outages, lambda outage: outage.detected_at, lambda outage: outage.service_id
    )


def linked(facts: Facts, profile: Profile) -> Figures:
    """Of how many incidents it is known what failed."""
    names = {
        link.incident.incident_id for link in facts.links(profile) if makes_failure(link.method)
    }
    return {
        (place, "share_of_incidents_linked"): ratio(
            float(sum(one.incident_id in names for one in here)), float(len(here))
        )
        for place, here in incidents(facts).items()
        if profile.is_own
    }


def restorations(facts: Facts, profile: Profile) -> Figures:
    return {
        (place, "time_to_restore"): durations(
            [
                (
                    seconds_between(outage.detected_at, outage.resolved_at),
                    outage.detected_at,
                    outage.resolved_at is None,
                )
                for outage in here
            ],
            profile,
            facts.as_of,
        )
        for place, here in incidents(facts).items()
    }
