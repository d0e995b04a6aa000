"""The register of what was planted: each oddity and each truth by name, with its ids.

A module that plants something asks ``planned`` whether to, and calls ``record`` when
it has happened. What is never recorded was never planted; tests hold both against
the files. An organisation without anything planted, the clean twin, is
``Planted(names=())``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

OCCURRENCES: dict[str, str] = {
    "one_person_team": "A team of one, permanently on call for its service.",
    "small_teams": "Teams of fewer than five people.",
    "person_in_two_teams": "One person belongs to two teams at once, half and half.",
    "person_with_two_logins": "One person used one GitHub login, and later another.",
    "person_moved_zone": "One person moved to another time zone.",
    "manager_changed": "A team's manager left and a member became the manager.",
    "service_handed_over": "Services went to another team as inherited debt.",
    "service_without_pagerduty": "Services no one is paged for.",
    "monorepo": "Several services share one repository; the payload names which.",
    "repository_without_service": "Repositories that belong to no service.",
    "unknown_logins": "GitHub accounts that the identity map does not know.",
    "deleted_accounts": "Accounts deleted on GitHub: `user` is null from then on.",
    "person_without_team": "Heads of departments and divisions are in no team.",
    "permanent_on_call": "On-call entries without start and end.",
    "two_deployments_in_one_second": "Two deployments of a service in one second.",
    "deployed_before_merge": "A change was in production before it was merged.",
    "rollback_to_first": "V1, V2, V3, then V1 again: the failure is V2.",
    "revert_of_a_revert": "A change was reverted, and the revert was reverted.",
    "failed_commits_carried": "A deployment failed; the next success has its commits.",
    "incident_over_two_services": "One cause, two services: two incidents 75 s apart.",
    "incident_before_deployment": "An incident before the service's first deployment.",
    "open_incidents": "Incidents that nobody had resolved at the end.",
    "tag_only_deployments": "Deployments with a tag and no sha; releases resolve it.",
    "payload_kinds": "A payload as object, as JSON text and as null.",
    "direct_pushes": "Commits on the default branch without a pull request.",
    "no_time_off": "People in teams with much to look after who took no day off.",
    "time_off_overlaps": "One person's leave was entered twice, and the days overlap.",
    "time_off_reversed": "A leave that ends before it starts.",
    "dependency_cycle": "Two services depend on each other.",
    "pull_requests_as_issues": "Repositories whose pull requests come as issues too.",
}


@dataclass(frozen=True, slots=True)
class Truth:
    """What is so, and where a reader sees it; the empty text where no page tells of it yet."""

    what: str
    seen: str


_DELIVERY = "Leadership, Delivery and reliability"
_ON_CALL = "Leadership, On-call load"
_CAUSES = "Leadership, System causes"

TRUTHS: dict[str, Truth] = {
    "burnout": Truth(
        "From a day on the services of a team break four times as often, half of it at night;"
        " leave stops, answers in surveys fall, and in the last weeks people go.",
        f"{_ON_CALL}, by division: pages in sleep hours rise in the division of the team",
    ),
    "inherited_debt": Truth(
        "In services whose owners inherited debt, deployments fail, incidents happen and"
        " defects are found by this factor more often.",
        f"{_DELIVERY}, by inherited debt: the change failure rate",
    ),
    "trend_break": Truth(
        "From a day on changes of a division wait by this factor longer for a review.",
        f"{_DELIVERY}, by division: waiting for review",
    ),
    "service_without_owner": Truth(
        "The ownership of a service ended and nobody followed; only the most urgent is done.",
        f"{_CAUSES}, whole organisation: services without an owner",
    ),
    "blocked_team": Truth(
        "Changes of a team are reviewed by another team, and wait for it.",
        f"{_CAUSES}, by division: changes reviewed by another team",
    ),
    "team_split": Truth(
        "Half of a team and of its services went to a new team.",
        f"{_CAUSES}: teams re-organised, services handed over",
    ),
    "team_renamed": Truth(
        "A team has another name from a day on, and the same id.",
        f"{_CAUSES}: teams re-organised",
    ),
    "team_moved_department": Truth(
        "A team went to a department of another division with all its people.",
        f"{_CAUSES}, by division: teams re-organised",
    ),
    "quiet_role": Truth("Reviews of a role have this part of the usual remarks.", ""),
    "comment_heavy_role": Truth("Reviews of a role have this many times the remarks.", ""),
    "slow_promotions": Truth("Only this part of the promotions of a cohort happened.", ""),
}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One planted thing: its name and the ids by which the extracts know it."""

    name: str
    ids: tuple[tuple[str, str | int], ...]

    def __getitem__(self, key: str) -> str | int:
        return dict(self.ids)[key]


class Planted:
    """What is to be planted, and what has been."""

    def __init__(self, names: Iterable[str] = (*OCCURRENCES, *TRUTHS)) -> None:
        self._names = frozenset(names)
        unknown = self._names - OCCURRENCES.keys() - TRUTHS.keys()
        if unknown:
            raise ValueError(f"nothing is known about {sorted(unknown)}")
        self._found: list[Occurrence] = []

    @property
    def names(self) -> frozenset[str]:
        return self._names

    def planned(self, name: str) -> bool:
        """Whether this is to be planted; a name outside the register is an error."""
        if name not in OCCURRENCES and name not in TRUTHS:
            raise KeyError(name)
        return name in self._names

    def record(self, name: str, **ids: str | int) -> None:
        """Note that it has happened. ``ids`` are as the extracts write them."""
        if self.planned(name):
            self._found.append(Occurrence(name, tuple(ids.items())))

    def found(self) -> tuple[Occurrence, ...]:
        """All that happened, in the order in which it was made."""
        return tuple(self._found)
