"""Incidents and who is paged for them.

An incident is either what a deployment broke, or it comes by itself, at any hour.
Pages go to the first on call, and after fifteen minutes without answer to the second.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from orchestration.sources.demo.planted import Planted
from orchestration.sources.demo.work.changes import around, poisson
from orchestration.sources.demo.work.history import Trouble
from orchestration.sources.demo.world import names
from orchestration.sources.demo.world.calendar import (
    DAY,
    HOUR,
    MINUTE,
    day_of,
    instant,
    local,
)
from orchestration.sources.demo.world.ids import pagerduty_id
from orchestration.sources.demo.world.organisation import (
    Organisation,
    Person,
    Repository,
    Service,
    Team,
)
from orchestration.sources.demo.world.rotations import Rotations

# Incidents in a week that no deployment caused, by criticality.
WEEKLY = {"tier_1": 0.62, "tier_2": 0.42, "tier_3": 0.24}
# The share of them that follows the traffic of the day; the rest comes at any hour.
SHARE_IN_TRAFFIC = 0.62
# How much more breaks in a team that is planted to burn out, and how much of it at night.
OVERLOAD = 4
SHARE_AT_NIGHT = 0.5
ESCALATES_AFTER = 15 * MINUTE
NUMBERS_PER_SERVICE = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A log entry. ``kind``: trigger, notify, escalate, acknowledge or resolve."""

    entry_id: str
    kind: str
    at: int
    person: Person | None
    channel: str


@dataclass(slots=True)
class Incident:
    incident_id: str
    number: int
    service: Service
    team: Team | None
    title: str
    urgency: str
    priority: str
    created_at: int
    resolved_at: int | None
    acknowledged_at: int | None
    custom_fields: tuple[tuple[str, str], ...]
    assignee: Person
    entries: list[Entry] = field(default_factory=list)

    def updated_at(self, at: int) -> int:
        return max(e.at for e in self.entries if e.at <= at)


class Duty:
    """Turns what broke in one repository into incidents."""

    def __init__(
        self,
        organisation: Organisation,
        repository: Repository,
        rotations: Rotations,
        planted: Planted,
    ) -> None:
        self.organisation = organisation
        self.repository = repository
        self.rotations = rotations
        self.planted = planted
        self.rng = random.Random(f"{organisation.seed}/incidents/{repository.full_name}")
        self._numbers: dict[str, int] = {}

    def incidents(self, troubles: list[Trouble]) -> Iterator[Incident]:
        """All incidents of the repository's services, service by service."""
        as_of = self.organisation.period.as_of
        for service in self.repository.services:
            if not service.pager_id:
                continue
            own = [trouble for trouble in troubles if trouble.service is service]
            own += self._by_themselves(service)
            for trouble in sorted(own, key=lambda trouble: trouble.at):
                if trouble.at <= as_of:
                    yield self._incident(trouble)

    def _by_themselves(self, service: Service) -> Iterator[Trouble]:
        rng, period = self.rng, self.organisation.period
        start = max(period.start, service.born + 9)
        influences = self.organisation.influences
        debt = influences.of_debt(service)
        rate = WEEKLY[service.criticality] * debt * rng.lognormvariate(0, 0.3) / 7
        day = start
        while day < period.end:
            is_overloaded = influences.is_overloaded(service.keeper(day).team, day)
            for _ in range(poisson(rng, rate * (OVERLOAD if is_overloaded else 1))):
                trouble = self._sporadic(service, day, is_overloaded)
                yield trouble
                if rng.random() < 0.12:
                    # What was not understood comes back.
                    later = trouble.at + around(rng, 5 * DAY, 0.8)
                    yield self._again(trouble, later)
            day += 1
        targets = self.repository.targets
        if "incident_over_two_services" in targets:
            yield Trouble(
                service,
                targets["incident_over_two_services"],
                targets["incident_over_two_services"] + 52 * MINUTE,
                None,
                "dependency",
                False,
            )
        if "newborn" in service.traits:
            at = instant("UTC", service.born + 3, 3 * HOUR + 12 * MINUTE)
            yield Trouble(service, at, at + 50 * MINUTE, None, "configuration", False)
        if "open_incidents" in targets:
            yield Trouble(service, targets["open_incidents"], None, None, "capacity", False)

    def _sporadic(self, service: Service, day: int, is_overloaded: bool) -> Trouble:
        rng = self.rng
        zone = service.keeper(day).team.site.zone
        at = instant("UTC", day, rng.randrange(DAY))
        if is_overloaded and rng.random() < SHARE_AT_NIGHT:
            # What wakes people comes in the small hours, where they live.
            at = instant(zone, day, int(rng.uniform(0.5, 5.5) * HOUR))
        elif rng.random() < SHARE_IN_TRAFFIC:
            weekday = day - (day - 1) % 7 + min((day - 1) % 7, 4)
            at = instant(zone, weekday, int(rng.triangular(7.5, 18.5, 12) * HOUR))
        return Trouble(
            service=service,
            at=at,
            resolved_at=at + around(rng, 70 * MINUTE, 1.1),
            deployment_id=None,
            root_cause=rng.choice(names.ROOT_CAUSES[1:]),
            names_cause=False,
            urgent=rng.random() < 0.62,
        )

    def _again(self, trouble: Trouble, at: int) -> Trouble:
        return Trouble(
            service=trouble.service,
            at=at,
            resolved_at=at + around(self.rng, 60 * MINUTE, 0.9),
            deployment_id=None,
            root_cause=trouble.root_cause,
            names_cause=False,
            urgent=trouble.urgent,
        )

    def _incident(self, trouble: Trouble) -> Incident:
        rng, service, at = self.rng, trouble.service, trouble.at
        owner = service.owner(day_of(at))
        team = owner.team if owner else None
        count = self._numbers[service.service_id] = self._numbers.get(service.service_id, 0) + 1
        people = self.rotations.on_call(team, at)
        fields: list[tuple[str, str]] = []
        if trouble.names_cause and trouble.deployment_id:
            fields.append(("caused_by_deployment", str(trouble.deployment_id)))
        if rng.random() < 0.6:
            fields.append(("root_cause", trouble.root_cause))
        incident = Incident(
            incident_id=pagerduty_id("Q", 13, self.organisation.seed, service.service_id, count),
            number=int(service.service_id[1:]) * NUMBERS_PER_SERVICE + count,
            service=service,
            team=team,
            title=f"{rng.choice(names.INCIDENT_TITLES)} on {service.name}",
            urgency="high" if trouble.urgent else "low",
            priority=_priority(rng, service, trouble.urgent),
            created_at=at,
            resolved_at=trouble.resolved_at,
            acknowledged_at=None,
            custom_fields=tuple(fields),
            assignee=people[0],
        )
        self._answer(incident, people)
        if trouble.resolved_at is None:
            self.planted.record("open_incidents", incident_id=incident.incident_id)
        if "newborn" in service.traits and count == 1:
            self.planted.record(
                "incident_before_deployment",
                incident_id=incident.incident_id,
                service_id=service.service_id,
            )
        if at == self.repository.targets.get("incident_over_two_services"):
            self.planted.record(
                "incident_over_two_services",
                incident_id=incident.incident_id,
                service_id=service.service_id,
            )
        return incident

    def _answer(self, incident: Incident, people: tuple[Person, ...]) -> None:
        """Fill in the log: pages until somebody answers, then the end."""
        rng, at, first = self.rng, incident.created_at, people[0]
        self._log(incident, "trigger", at, None, "api")
        zone = first.site(day_of(at)).zone
        hour = local(zone, at)[1] / HOUR
        is_night = hour < 7 or hour >= 22
        if incident.urgency == "low":
            self._log(incident, "notify", at + 1, first, "email")
            if rng.random() < 0.5:
                self._log(incident, "notify", at + 2, first, "push")
            wait = around(rng, 50 * MINUTE, 0.9)
        else:
            wait = around(rng, (7 if is_night else 3.5) * MINUTE, 0.8)
            self._page(incident, at + 2, first, wait)
        answering = first
        if incident.urgency == "high" and wait > ESCALATES_AFTER and len(people) > 1:
            late = at + ESCALATES_AFTER
            self._log(incident, "escalate", late, None, "timeout")
            answering, wait = people[1], ESCALATES_AFTER + around(rng, 240, 0.6)
            self._page(incident, late + 1, answering, wait - ESCALATES_AFTER)
        resolved = incident.resolved_at
        if resolved is not None:
            resolved = incident.resolved_at = max(resolved, at + wait + 60)
        if resolved is not None or rng.random() < 0.6:
            incident.acknowledged_at = at + wait
            incident.assignee = answering
            self._log(incident, "acknowledge", at + wait, answering, "mobile")
        if resolved is not None:
            by_itself = rng.random() < 0.12
            who = None if by_itself else answering
            self._log(incident, "resolve", resolved, who, "api" if by_itself else "web")
        incident.entries.sort(key=lambda entry: entry.at)

    def _page(self, incident: Incident, at: int, person: Person, wait: int) -> None:
        """Push at once, then a text, then calls, until it is acknowledged."""
        self._log(incident, "notify", at, person, "push")
        for delay, channel in ((90, "sms"), (300, "phone"), (600, "phone")):
            if wait > delay:
                self._log(incident, "notify", at + delay, person, channel)

    def _log(
        self, incident: Incident, kind: str, at: int, who: Person | None, channel: str
    ) -> None:
        text = f"{incident.incident_id}/{len(incident.entries)}"
        entry_id = "R" + hashlib.sha256(text.encode()).hexdigest()[:25].upper()
        incident.entries.append(Entry(entry_id, kind, at, who, channel))


def _priority(rng: random.Random, service: Service, urgent: bool) -> str:
    """P1 to P4, or empty: not everybody sets one."""
    if rng.random() < 0.12:
        return ""
    place = int(service.criticality[-1]) - 1 + (0 if urgent else 1)
    return f"P{min(4, max(1, place + rng.choice((0, 1, 1))))}"
