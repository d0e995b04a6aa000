"""Which deployments failed, when the service had recovered, and which were not planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.truth.changes import Changes
from tests.truth.definitions import Profile
from tests.truth.deployments import Deployed, Deployments
from tests.truth.links import Link, makes_failure, methods, takes
from tests.truth.moments import seconds_between


@dataclass(frozen=True)
class Outcome:
    """What became of a production deployment that succeeded."""

    deployment: Deployed
    is_failed: bool
    is_unplanned: bool
    recovered_at: datetime | None
    # The most certain way in which it is known that it failed.
    method: str | None

    @property
    def is_unrecovered(self) -> bool:
        return self.is_failed and self.recovered_at is None

    @property
    def recovery_seconds(self) -> float | None:
        """Unknown where the service had recovered before the deployment was over."""
        return seconds_between(self.deployment.finished_at, self.recovered_at)


def outcomes(
    deployments: Deployments, changes: Changes, links: list[Link], profile: Profile
) -> list[Outcome]:
    """A rule that takes a rollback or a revert as proof of a failure also takes it as the end of
    one."""
    reverting = {
        change.deployment.deployment_id
        for change in changes.deployed()
        if change.is_revert and change.deployment is not None
    }
    return [
        Outcome(
            deployment=one,
            is_failed=method(one, deployments, links, profile) is not None,
            is_unplanned=one.is_unplanned or one.is_rollback or one.deployment_id in reverting,
            recovered_at=recovered_at(one, deployments, changes, links, profile),
            method=method(one, deployments, links, profile),
        )
        for one in deployments.in_production()
    ]


def method(
    one: Deployed, deployments: Deployments, links: list[Link], profile: Profile
) -> str | None:
    ways = {link.method for link in blamed(one, links)}
    if not ways and takes(profile, "rollback") and ways_back(one, deployments):
        return "rollback"
    return next((way for way in methods(profile) if way in ways), None)


def blamed(one: Deployed, links: list[Link]) -> list[Link]:
    return [
        link
        for link in links
        if link.deployment.deployment_id == one.deployment_id and makes_failure(link.method)
    ]


def ways_back(one: Deployed, deployments: Deployments) -> list[Deployed]:
    return [
        other
        for other in deployments.by_id.values()
        if other.is_rollback and other.takes_back == one.deployment_id
    ]


def recovered_at(
    one: Deployed,
    deployments: Deployments,
    changes: Changes,
    links: list[Link],
    profile: Profile,
) -> datetime | None:
    """The first of: all its incidents resolved, rolled back, the revert of one of its changes
    deployed. An incident that is still open is not resolved, but may have been rolled back."""
    ends = []
    resolved = [link.incident.resolved_at for link in blamed(one, links)]
    if resolved and None not in resolved:
        ends.append(max(filter(None, resolved)))
    if takes(profile, "rollback"):
        ends += [other.finished_at for other in ways_back(one, deployments) if other.finished_at]
    for revert, original in changes.taken_back() if takes(profile, "revert") else ():
        if original.deployment is None or revert.deployed_at is None:
            continue
        if original.deployment.deployment_id != one.deployment_id:
            continue
        if original.deployed_at is not None and revert.deployed_at > original.deployed_at:
            ends.append(revert.deployed_at)
    return min(ends, default=None)
