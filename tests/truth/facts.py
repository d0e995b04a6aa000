"""All facts of an organisation, from its landing folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.truth.changes import Changes
from tests.truth.commits import History
from tests.truth.definitions import Profile
from tests.truth.deployments import Deployments
from tests.truth.failures import Outcome, outcomes
from tests.truth.groups import Group, groups_of_person, groups_of_service
from tests.truth.incidents import Outage, outages
from tests.truth.landing import Landing
from tests.truth.links import Evidence, Link
from tests.truth.people import People
from tests.truth.periods import Period, periods
from tests.truth.services import Services
from tests.truth.told import Told, listen


@dataclass(frozen=True)
class Facts:
    as_of: datetime
    told: Told
    services: Services
    people: People
    deployments: Deployments
    changes: Changes
    outages: list[Outage]
    evidence: Evidence
    periods: list[Period]
    # Of what no event of a service speaks: leave, answers, tickets.
    landing: Landing = field(repr=False)

    def links(self, profile: Profile) -> list[Link]:
        return self.evidence.links(self.outages, profile)

    def outcomes(self, profile: Profile) -> list[Outcome]:
        return outcomes(self.deployments, self.changes, self.links(profile), profile)

    def service_groups(self, service_id: str | None, at: datetime) -> set[Group]:
        return groups_of_service(service_id, at, self.services, self.people)

    def person_groups(self, person_id: str, period: Period) -> set[Group]:
        return groups_of_person(person_id, period, self.people)

    @property
    def months_and_quarters(self) -> list[Period]:
        return [period for period in self.periods if period.grain != "week"]

    def periods_of(self, service_id: str | None, at: datetime) -> list[Period]:
        """Those that hold the date on which an event of a service counts."""
        date = self.people.counted_on(service_id, at)
        return [period for period in self.periods if period.holds(date)]


def gather(landing: Landing, as_of: datetime) -> Facts:
    told = listen(landing, as_of)
    services = Services(landing, told)
    people = People(landing)
    deployments = Deployments(told, services)
    history = History(told, deployments)
    changes = Changes(told, history, services, people, as_of)
    found = outages(told, services, as_of)
    happened = [one.started_at for one in deployments.all]
    # In the west a date begins later: what is early can count for the day before.
    happened += [
        people.counted_on(one.service_id, one.finished_at)
        for one in deployments.all
        if one.finished_at is not None
    ]
    happened += [people.counted_on(outage.service_id, outage.detected_at) for outage in found]
    happened += [change.merged_at for change in changes.all]
    happened += [outage.detected_at for outage in found]
    return Facts(
        as_of=as_of,
        told=told,
        services=services,
        people=people,
        deployments=deployments,
        changes=changes,
        outages=found,
        evidence=Evidence(deployments, history, changes, people, services),
        periods=periods([at for at in happened if at is not None], as_of),
        landing=landing,
    )
