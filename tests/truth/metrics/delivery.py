"""The five keys, the four parts of lead time, and changes without review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from tests.truth.changes import Change
from tests.truth.definitions import Profile
from tests.truth.deployments import Deployed
from tests.truth.facts import Facts
from tests.truth.failures import Outcome
from tests.truth.metrics.figures import Figure, Figures, Place, by_place, ratio
from tests.truth.metrics.weeks import WEEK, ServiceWeek, service_weeks
from tests.truth.moments import seconds_between
from tests.truth.statistics import kaplan_meier_median, mean, quantile


def delivery(facts: Facts, profile: Profile) -> Figures:
    return {
        **frequency(facts),
        **lead_times(facts, profile),
        **reviews(facts, profile),
        **failures(facts, profile),
        **restorations(facts, profile),
    }


def frequency(facts: Facts) -> Figures:
    """Whole weeks only: one that a period cuts in two belongs to neither side."""
    found: Figures = {}
    weeks_of: dict[Place, list[ServiceWeek]] = {}
    for week in service_weeks(facts):
        for family, key in facts.service_groups(week.service_id, week.start):
            for period in facts.periods:
                if period.start <= week.start and week.start + WEEK <= period.end:
                    weeks_of.setdefault((family, key, period.period_id), []).append(week)
    for place, weeks in weeks_of.items():
        days = quantile([week.n_days for week in weeks], 0.5)
        found[place, "deployment_frequency"] = Figure(days, None, None, len(weeks))
        n_deployments = float(sum(week.n_deployments for week in weeks))
        found[place, "deployments_per_week"] = ratio(n_deployments, float(len(weeks)))
    return found


def deployment_of(change: Change, profile: Profile) -> Deployed | None:
    """The first deployment that is known of a service held all that came before: whether that
    history is its own is for the profile to say."""
    return change.held_by if profile.baseline == "claims_history" else change.deployment


def deployed_changes(facts: Facts, profile: Profile) -> dict[Place, list[Change]]:
    def happened_at(change: Change) -> datetime | None:
        deployment = deployment_of(change, profile)
        return deployment.finished_at if deployment else None

    def service_of(change: Change) -> str | None:
        deployment = deployment_of(change, profile)
        return deployment.service_id if deployment else None

    return by_place(facts, facts.changes.all, happened_at, service_of)


def lead_time(change: Change, profile: Profile) -> float | None:
    start = {
        "first_commit": change.first_commit_at,
        "pr_opened": change.opened_at,
        "pr_merged": change.merged_at,
    }[profile.start_event]
    deployment = deployment_of(change, profile)
    assert deployment is not None
    stop = {
        "deploy_started": deployment.started_at,
        "deploy_finished": deployment.finished_at,
    }[profile.end_event]
    return seconds_between(start, stop)


def lead_times(facts: Facts, profile: Profile) -> Figures:
    """Hours; a change whose part has no known start or end is left out and counted."""

    def middle(values: Sequence[float]) -> float | None:
        return mean(values) if profile.aggregate == "mean" else quantile(values, 0.5)

    def median(values: Sequence[float]) -> float | None:
        return quantile(values, 0.5)

    def slowest_tenth(values: Sequence[float]) -> float | None:
        return quantile(values, 0.9)

    Part = tuple[Callable[[Change], float | None], Callable[[Sequence[float]], float | None]]
    parts: dict[str, Part] = {
        "lead_time_for_changes": (lambda change: lead_time(change, profile), middle),
        "lead_time_for_changes_p90": (lambda change: lead_time(change, profile), slowest_tenth),
        "coding_time": (lambda change: change.coding_seconds, median),
        "pickup_time": (lambda change: change.pickup_seconds, median),
        "review_time": (lambda change: change.review_seconds, median),
        "deploy_time": (lambda change: change.deploy_seconds, median),
    }
    found: Figures = {}
    for place, changes in deployed_changes(facts, profile).items():
        for metric, (seconds_of, aggregate) in parts.items():
            seconds = [seconds_of(change) for change in changes]
            known = [one / 3600 for one in seconds if one is not None]
            found[place, metric] = Figure(
                aggregate(known), None, None, len(known), len(changes) - len(known)
            )
    return found


def reviews(facts: Facts, profile: Profile) -> Figures:
    """Without any review source it is not known which changes were reviewed. A review that came
    after the merge could not change what was merged."""
    is_known = any(change.first_review for change in facts.changes.all)
    found: Figures = {}
    for place, changes in deployed_changes(facts, profile).items():
        without = [
            change
            for change in changes
            if change.first_review_at is None or change.first_review_at > change.merged_at
        ]
        found[place, "share_of_changes_without_review"] = ratio(
            float(len(without)) if is_known else None, float(len(changes))
        )
    return found


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


def failures(facts: Facts, profile: Profile) -> Figures:
    """Without any incident source it is not known which deployments failed."""
    is_known = bool(facts.outages)
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
        found[place, "change_failure_rate"] = ratio(
            float(len(failed)) if is_known else None, n_deployments
        )
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


def restorations(facts: Facts, profile: Profile) -> Figures:
    outages = by_place(
        facts, facts.outages, lambda outage: outage.detected_at, lambda outage: outage.service_id
    )
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
        for place, here in outages.items()
    }
