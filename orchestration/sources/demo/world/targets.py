"""Chooses the repositories in which the planted events happen, and from when."""

from __future__ import annotations

from orchestration.sources.demo.planted import Planted
from orchestration.sources.demo.world.calendar import instant
from orchestration.sources.demo.world.organisation import GITHUB, Organisation, Repository

# What is to happen once, and after which share of the period.
WISHES = (
    ("deployed_before_merge", 0.35),
    ("two_deployments_in_one_second", 0.25),
    ("rollback_to_first", 0.3),
    ("revert_of_a_revert", 0.1),
    ("failed_commits_carried", 0.2),
)


def aim(organisation: Organisation, planted: Planted) -> None:
    """Give each planted event a repository on GitHub that has much to do."""
    period = organisation.period
    busy = sorted(
        (
            r
            for r in organisation.repositories
            if len(r.services) == 1
            and r.tools == GITHUB
            and r.services[0].pager_id
            and not r.services[0].traits
            and r.services[0].owner(period.end - 1)
        ),
        key=lambda r: (-_work(organisation, r), r.number),
    )
    for (name, share), repository in zip(WISHES, busy, strict=False):
        if planted.planned(name):
            repository.targets[name] = instant("UTC", period.day(share), 0)
    busy[0].merge_method = "merge"
    at = instant("UTC", period.day(0.5) + 2, 13 * 3_600 + 420)
    for place, repository in enumerate(busy[5:7] if len(busy) > 6 else busy[-2:]):
        if planted.planned("incident_over_two_services"):
            repository.targets["incident_over_two_services"] = at + 75 * place
    for place, repository in enumerate(busy[:: max(1, len(busy) // 6)]):
        if planted.planned("open_incidents"):
            hours = 3 + 17 * place
            repository.targets["open_incidents"] = period.as_of - hours * 3_600


def _work(organisation: Organisation, repository: Repository) -> float:
    """How many people's time a repository takes at the start."""
    period, service = organisation.period, repository.services[0]
    team = service.keeper(period.start).team
    load = organisation.load(team, period.start) or 1.0
    return service.weight / load * len(team.members(period.start))
