"""Which deployment an incident came from: the first method that applies, in the seed's order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.truth.changes import Changes
from tests.truth.commits import History
from tests.truth.definitions import Profile, seed
from tests.truth.deployments import Deployed, Deployments
from tests.truth.incidents import Outage
from tests.truth.moments import holds_at, seconds_between
from tests.truth.people import People
from tests.truth.services import Services

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Link:
    incident: Outage
    deployment: Deployed
    method: str


@dataclass(frozen=True)
class Evidence:
    """All that a link can be found from."""

    deployments: Deployments
    history: History
    changes: Changes
    people: People
    services: Services

    def links(self, outages: list[Outage], profile: Profile) -> list[Link]:
        found = []
        for outage in outages:
            for method in methods(profile):
                candidates = getattr(self, f"by_{method}")(outage, profile)
                if candidates:
                    found.append(Link(outage, max(candidates, key=latest), method))
                    break
        return found

    def by_explicit(self, outage: Outage, profile: Profile) -> list[Deployed]:
        """It names the deployment, by whichever tool's id, or a commit that the deployment
        brought."""
        found = []
        name = self.deployments.counted_id.get(outage.caused_by_deployment or "")
        named = self.deployments.by_id.get(name or "")
        if named is not None and named.environment == "production":
            found.append(named)
        held = self.history.first_held.get(outage.service_id or "", {})
        if outage.caused_by_commit in held:
            deployment, _ = held[outage.caused_by_commit]
            if not deployment.is_baseline:
                found.append(deployment)
        return found

    def by_revert(self, outage: Outage, profile: Profile) -> list[Deployed]:
        """While it was open, a change was reverted that an earlier deployment had brought."""
        found = []
        for revert, original in self.changes.taken_back():
            if original.deployment is None or revert.deployment is None:
                continue
            if revert.deployment.service_id != outage.service_id:
                continue
            if original.deployment.service_id != outage.service_id:
                continue
            if is_while_open(revert.deployed_at, outage, profile) and is_before(
                original.deployed_at, outage
            ):
                found.append(original.deployment)
        return found

    def by_rollback(self, outage: Outage, profile: Profile) -> list[Deployed]:
        """While it was open, an earlier version was deployed again."""
        found = []
        for rollback in self.deployments.in_production():
            if not rollback.is_rollback or rollback.service_id != outage.service_id:
                continue
            failure = self.deployments.by_id.get(rollback.takes_back or "")
            if failure is None or failure.environment != "production":
                continue
            if is_while_open(rollback.finished_at, outage, profile) and is_before(
                failure.finished_at, outage
            ):
                found.append(failure)
        return found

    def by_same_service(self, outage: Outage, profile: Profile) -> list[Deployed]:
        return [
            one
            for one in self.deployments.in_production()
            if one.service_id == outage.service_id
            and is_within_cap(one.finished_at, outage, profile)
        ]

    def by_dependency(self, outage: Outage, profile: Profile) -> list[Deployed]:
        """Direct dependencies as they were at detection: further away, everything is a suspect."""
        known = {row.service_id for row in self.services.rows}
        needed = {
            one.needs
            for one in self.people.dependencies
            if one.service_id == outage.service_id
            and {one.service_id, one.needs} <= known
            and holds_at(one, outage.detected_at)
        }
        return [
            one
            for one in self.deployments.in_production()
            if one.service_id in needed and is_within_cap(one.finished_at, outage, profile)
        ]


def methods(profile: Profile) -> list[str]:
    """Those of the profile's rule, the most certain first."""
    rows = sorted(seed("reference/incident_link_methods"), key=lambda row: int(row["preference"]))
    return [row["link_method"] for row in rows if takes(profile, row["link_method"])]


def takes(profile: Profile, method: str) -> bool:
    return any(
        (row["link_rule"], row["link_method"]) == (profile.link_rule, method)
        for row in seed("reference/link_rules")
    )


def confidence(method: str) -> str:
    (row,) = (r for r in seed("reference/incident_link_methods") if r["link_method"] == method)
    return row["link_confidence"]


def makes_failure(method: str) -> bool:
    (row,) = (r for r in seed("reference/incident_link_methods") if r["link_method"] == method)
    return row["makes_failure"] == "true"


def latest(one: Deployed) -> tuple[datetime, datetime, int, str]:
    """Of two in one second the one that started later, then the later id."""
    return (
        one.finished_at or BEFORE_ALL,
        one.started_at or BEFORE_ALL,
        len(one.deployment_id),
        one.deployment_id,
    )


def is_before(at: datetime | None, outage: Outage) -> bool:
    return at is not None and at <= outage.detected_at


def is_within_cap(at: datetime | None, outage: Outage, profile: Profile) -> bool:
    waited = seconds_between(at, outage.detected_at)
    return waited is not None and waited <= 3600 * profile.link_cap_hours


def is_while_open(at: datetime | None, outage: Outage, profile: Profile) -> bool:
    """A way back counts while the incident is open, and no longer than the cap."""
    waited = seconds_between(outage.detected_at, at)
    if at is None or waited is None or waited > 3600 * profile.link_cap_hours:
        return False
    return outage.resolved_at is None or at <= outage.resolved_at
