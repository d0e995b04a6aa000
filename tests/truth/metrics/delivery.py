"""How often and how fast changes reach production, and whether somebody looked at them first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from tests.truth.changes import Change
from tests.truth.definitions import Profile
from tests.truth.deployments import Deployed
from tests.truth.facts import Facts
from tests.truth.metrics.figures import (
    OF_OTHERS,
    WEEKLY,
    Figure,
    Figures,
    Place,
    by_place,
    ratio,
)
from tests.truth.metrics.weeks import WEEK, ServiceWeek, service_weeks
from tests.truth.moments import seconds_between
from tests.truth.statistics import mean, quantile


def delivery(facts: Facts, profile: Profile) -> Figures:
    """Under a definition of others, lead time and frequency alone, of services and of the whole."""
    found = {**frequency(facts), **lead_times(facts, profile)}
    return {**found, **reviews(facts, profile)} if profile.is_own else of_others(found)


def frequency(facts: Facts) -> Figures:
    """Whole weeks only: one that a period cuts in two belongs to neither side."""
    found: Figures = {}
    weeks_of: dict[Place, list[ServiceWeek]] = {}
    for week in service_weeks(facts):
        for family, key in facts.service_groups(week.service_id, week.start):
            for period in facts.periods:
                if period.grain == "week" and family not in WEEKLY:
                    continue
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


def of_others(figures: Figures) -> Figures:
    """Five variants of every cell would invite subtraction."""
    metrics = ("deployment_frequency", "lead_time_for_changes")
    return {
        (place, metric): figure
        for (place, metric), figure in figures.items()
        if metric in metrics and place[0] in OF_OTHERS
    }
