"""The register of what was planted: each oddity by name, with the ids it has.

A module that plants something asks ``planned`` whether to, and calls ``record`` when
it has happened. What is never recorded was never planted; tests hold both against
the files. An organisation without anything planted is ``Planted(names=())``.
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
    "team_renamed": "A team has another name from a date on, and the same id.",
    "team_moved_department": "A team went to another department with all its people.",
    "team_split": "Half of a team and of its services went to a new team.",
    "manager_changed": "A team's manager left and a member became the manager.",
    "service_handed_over": "Services went to another team as inherited debt.",
    "service_without_owner": "The ownership of a service ended without successor.",
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
    "flaky_runs": "Checks that failed and passed on the same commit when run again.",
    "defects_in_production": "Defects whose labels say that they were found in production.",
    "pull_requests_as_issues": "Repositories whose pull requests come as issues too.",
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

    def __init__(self, names: Iterable[str] = tuple(OCCURRENCES)) -> None:
        self._names = frozenset(names)
        unknown = self._names - OCCURRENCES.keys()
        if unknown:
            raise ValueError(f"nothing is known about {sorted(unknown)}")
        self._found: list[Occurrence] = []

    def planned(self, name: str) -> bool:
        """Whether this is to be planted; a name outside the register is an error."""
        if name not in OCCURRENCES:
            raise KeyError(name)
        return name in self._names

    def record(self, name: str, **ids: str | int) -> None:
        """Note that it has happened. ``ids`` are as the extracts write them."""
        if self.planned(name):
            self._found.append(Occurrence(name, tuple(ids.items())))

    def found(self) -> tuple[Occurrence, ...]:
        """All that happened, in the order in which it was made."""
        return tuple(self._found)
