"""The catalogue of services, and which service a tool means by a name."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.truth.landing import Landing
from tests.truth.moments import day, holds_at
from tests.truth.records import Deployment, ServiceRow
from tests.truth.told import Told
from tests.truth.tools import pagerduty

ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)


class Services:
    def __init__(self, landing: Landing, told: Told) -> None:
        self.rows = declared(landing)
        self.rows += undeclared(self.rows, landing, told)
        self.of_repository: dict[str, set[str]] = {}
        for row in self.rows:
            if row.repository is not None:
                self.of_repository.setdefault(row.repository, set()).add(row.service_id)
        self._named: dict[tuple[str, str], list[ServiceRow]] = {}
        for row in self.rows:
            for name in set(self._names_of(row)):
                self._named.setdefault(name, []).append(row)

    def _names_of(self, row: ServiceRow) -> list[tuple[str, str]]:
        """A repository with one service names it; of a shared one only a part does."""
        names = [
            ("catalogue", row.service_id),
            ("catalogue", row.service_name),
            ("pagerduty", row.pagerduty_id),
            ("opsgenie", row.opsgenie_id),
        ]
        if row.repository is not None and len(self.of_repository[row.repository]) == 1:
            names.append(("repository", row.repository))
        elif row.repository is not None:
            names.append(("part of repository", f"{row.repository}#{row.service_id}"))
            names.append(("part of repository", f"{row.repository}#{row.service_name}"))
        return [(kind, name) for kind, name in names if name is not None]

    def named(self, kind: str, name: str | None, at: datetime | None) -> ServiceRow | None:
        """A service's own id goes before another's name; of two with one name, the first by id."""
        if name is None or at is None:
            return None
        rows = [row for row in self._named.get((kind, name), []) if holds_at(row, at)]
        return min(rows, key=lambda row: (row.service_id != name, row.service_id), default=None)

    def deployed_by(self, deployment: Deployment) -> ServiceRow | None:
        """The service that it names. Where it names none, that of its repository; in a repository
        with several services, the part that it names."""
        at = deployment.started_at
        if deployment.declared_service is not None:
            return self.named("catalogue", deployment.declared_service, at)
        part = f"{deployment.repository}#{deployment.part_of_repository}"
        found = [
            self.named("repository", deployment.repository, at),
            self.named("part of repository", part, at),
        ]
        return min(filter(None, found), key=lambda row: row.service_id, default=None)

    def is_labelled(self, label: str, service_id: str, repository: str | None) -> bool:
        """Whether a label such as `service:checkout` names this service of the repository."""
        return any(
            label in (f"service:{row.service_id}", f"service:{row.service_name}")
            for row in self.rows
            if row.service_id == service_id and row.repository == repository
        )


def declared(landing: Landing) -> list[ServiceRow]:
    found = []
    for record in landing.newest("people", "services"):
        valid_from = day(record["valid_from"])
        assert valid_from is not None
        found.append(
            ServiceRow(
                service_id=record["service_id"],
                service_name=record["service_name"],
                repository=record.get("repository"),
                pagerduty_id=record.get("pagerduty_service_id"),
                opsgenie_id=record.get("opsgenie_service_id"),
                criticality=record.get("criticality"),
                mission=record.get("mission"),
                is_declared=True,
                valid_from=valid_from,
                valid_to=day(record.get("valid_to")),
            )
        )
    return found


def undeclared(catalogue: list[ServiceRow], landing: Landing, told: Told) -> list[ServiceRow]:
    """What the catalogue does not name and a tool speaks of is a service of its own: by the name
    that deployments, incidents and defects use, else by its repository, else by the id of the
    on-call tool."""
    known_names = {name for row in catalogue for name in (row.service_id, row.service_name)}
    known_repositories = {row.repository for row in catalogue}
    repositories_of: dict[str, list[str]] = {}
    for deployment in told.deployments:
        if deployment.declared_service is not None:
            repositories = repositories_of.setdefault(deployment.declared_service, [])
            if deployment.repository is not None:
                repositories.append(deployment.repository)
    for incident in told.incidents:
        if incident.alias_kind == "catalogue" and incident.service_alias is not None:
            repositories_of.setdefault(incident.service_alias, [])
    for issue in told.issues:
        if issue.declared_service is not None:
            repositories_of.setdefault(issue.declared_service, [])
    rows = [
        plain(name, name, repository=min(repositories, default=None))
        for name, repositories in sorted(repositories_of.items())
        if name not in known_names
    ]
    known_repositories |= {row.repository for row in rows}
    seen = {one.repository for one in told.deployments}
    seen |= {one.repository for one in told.pull_requests}
    for repository in sorted(name for name in seen - known_repositories if name is not None):
        rows.append(plain(repository, repository, repository=repository))
    known_pagerduty = {row.pagerduty_id for row in catalogue}
    for name, title in sorted(pagerduty.services(landing).items()):
        if name not in known_pagerduty:
            rows.append(plain(f"pagerduty/{name}", title, pagerduty_id=name))
    known_opsgenie = {row.opsgenie_id for row in catalogue}
    alerted = {one.service_alias for one in told.incidents if one.alias_kind == "opsgenie"}
    for name in sorted(name for name in alerted - known_opsgenie if name is not None):
        rows.append(plain(f"opsgenie/{name}", f"opsgenie/{name}", opsgenie_id=name))
    return rows


def plain(
    service_id: str,
    service_name: str,
    *,
    repository: str | None = None,
    pagerduty_id: str | None = None,
    opsgenie_id: str | None = None,
) -> ServiceRow:
    return ServiceRow(
        service_id=service_id,
        service_name=service_name,
        repository=repository,
        pagerduty_id=pagerduty_id,
        opsgenie_id=opsgenie_id,
        is_declared=False,
        valid_from=ALWAYS,
    )
