"""Which deployments there were, in which order, and what each of them took back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.truth.definitions import preference, threshold
from tests.truth.records import Deployment
from tests.truth.services import Services
from tests.truth.told import Told


@dataclass
class Deployed:
    """A deployment of a service that counts. Its place in the order of successes is from 1."""

    deployment_id: str
    service_id: str | None
    repository: str | None
    environment: str
    status: str | None
    started_at: datetime | None
    finished_at: datetime | None
    commit: str | None
    is_unplanned: bool
    sequence: int | None = None
    is_rollback: bool = False
    takes_back: str | None = None

    @property
    def is_baseline(self) -> bool:
        return self.sequence == 1


class Deployments:
    def __init__(self, told: Told, services: Services) -> None:
        served = [serve(deployment, services) for deployment in told.deployments]
        self.counted_id = matched(served)
        self.all = [
            counted(deployment, row, served, self.counted_id)
            for deployment, row in served
            if self.counted_id[deployment.deployment_id] == deployment.deployment_id
        ]
        self.chains = chains(self.all)
        for chain in self.chains.values():
            number(chain)
        # Only a deployment that succeeded is in a chain, and only there it has a place.
        self.by_id = {one.deployment_id: one for chain in self.chains.values() for one in chain}

    def in_production(self) -> list[Deployed]:
        return [one for one in self.by_id.values() if one.environment == "production"]


Served = tuple[Deployment, str | None]


def serve(deployment: Deployment, services: Services) -> Served:
    """With its service, and the service's repository where it names none."""
    row = services.deployed_by(deployment)
    if row is not None and deployment.repository is None:
        deployment = Deployment(**{**vars(deployment), "repository": row.repository})
    return deployment, row.service_id if row else None


def matched(served: list[Served]) -> dict[str, str]:
    """Which deployment counts for each one.

    A pipeline may report what its tool records, too. Two reports are of one deployment where two
    tools tell of one service, environment and outcome and their ends lie within minutes: of one
    commit; or where one of them names no commit, whichever is next to it. A report that says that
    it is a rollback must be nearer. Whoever names the commit knows more than who does not, then
    the preferred tool, then the first.
    """
    repeats: dict[str, str] = {}
    for own, service in served:
        at = own.finished_at or own.started_at
        if service is None or at is None:
            continue
        limit = "same_deployment_minutes"
        if own.commit is None and own.is_declared_rollback:
            limit = "same_rollback_minutes"
        near = timedelta(minutes=threshold(limit))
        alike: list[tuple[int, datetime, str, str]] = []
        for other, its_service in served:
            its_end = other.finished_at or other.started_at
            if its_service != service or its_end is None or abs(its_end - at) > near:
                continue
            if (other.environment, other.status) != (own.environment, own.status):
                continue
            if own.commit is not None and other.commit != own.commit:
                continue
            knowledge = preference(other.system) + (10000 if other.commit is None else 0)
            alike.append((knowledge, its_end, other.deployment_id, other.system))
        *_, name, system = min(alike)
        if system != own.system:
            repeats[own.deployment_id] = name
    # What is nearest may itself repeat another.
    counted_id = {}
    for own, _ in served:
        nearest = repeats.get(own.deployment_id, own.deployment_id)
        counted_id[own.deployment_id] = repeats.get(nearest, nearest)
    return counted_id


def counted(
    deployment: Deployment, service: str | None, served: list[Served], counted_id: dict[str, str]
) -> Deployed:
    """What another tool says of the same deployment adds to it."""
    reports = [
        one for one, _ in served if counted_id[one.deployment_id] == deployment.deployment_id
    ]
    taken_back = [one.declared_rolled_back for one in reports if one.declared_rolled_back]
    return Deployed(
        deployment_id=deployment.deployment_id,
        service_id=service,
        repository=deployment.repository,
        environment=deployment.environment,
        status=deployment.status,
        started_at=deployment.started_at,
        finished_at=deployment.finished_at,
        commit=deployment.commit,
        is_unplanned=any(one.is_declared_unplanned for one in reports),
        is_rollback=any(one.is_declared_rollback for one in reports),
        # One that is not known takes nothing back.
        takes_back=counted_id.get(min(taken_back)) if taken_back else None,
    )


def chains(deployments: list[Deployed]) -> dict[tuple[str, str], list[Deployed]]:
    """The successes of each service in each environment, in the order in which they ended. Of two
    in one second the later id is the later one."""
    found: dict[tuple[str, str], list[Deployed]] = {}
    for one in deployments:
        if one.status == "success" and one.service_id is not None:
            found.setdefault((one.service_id, one.environment), []).append(one)
    far = datetime.max
    for chain in found.values():
        chain.sort(
            key=lambda one: (
                one.finished_at.replace(tzinfo=None) if one.finished_at else far,
                one.started_at.replace(tzinfo=None) if one.started_at else far,
                len(one.deployment_id),
                one.deployment_id,
            )
        )
    return found


def number(chain: list[Deployed]) -> None:
    """Places, and rollbacks.

    A deployment that says what it takes back is believed. In V1 V2 V3 V1 the last one restores V1
    and takes back V2: the first deployment after the version that was restored. V1 V1 is the same
    version again and no rollback; and what is unknown, in V1 ? V1, may have been V1 itself. One
    that says that it is a rollback, and not of what, takes back the deployment before it.
    """
    last_place_of: dict[str, int] = {}
    for place, one in enumerate(chain, start=1):
        one.sequence = place
        before = chain[place - 2] if place > 1 else None
        restored = last_place_of.get(one.commit or "")
        if one.takes_back is None and restored is not None:
            followed = chain[restored]
            if followed.commit is not None and followed.commit != one.commit:
                one.takes_back = followed.deployment_id
        if one.takes_back is None and one.is_rollback and before is not None:
            one.takes_back = before.deployment_id
        one.is_rollback = one.is_rollback or one.takes_back is not None
        if one.commit is not None:
            last_place_of[one.commit] = place
