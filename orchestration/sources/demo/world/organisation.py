"""People, teams, services and who owned what when.

Everything is held as spans of days (start inclusive, end exclusive, ``FAR`` while it
holds). The organisation stays in memory; what its people do is made repository by
repository, so that memory does not grow with the events.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TypeVar

from orchestration.sources.demo.world.calendar import (
    FAR,
    Period,
    Site,
    is_workday,
)

T = TypeVar("T")

# Hubs first: a team is at home at one of them, most of its people too.
HUBS = (
    Site("DE-BE", "Europe/Berlin"),
    Site("GB-LND", "Europe/London"),
    Site("US-NY", "America/New_York"),
    Site("US-CA", "America/Los_Angeles"),
    Site("IN-KA", "Asia/Kolkata"),
    Site("BR-SP", "America/Sao_Paulo"),
)
HUB_WEIGHTS = (26, 18, 20, 14, 16, 6)
OUTPOSTS = (
    Site("PL-MZ", "Europe/Warsaw"),
    Site("SG-01", "Asia/Singapore"),
    Site("AU-SA", "Australia/Adelaide"),
    Site("CA-NL", "America/St_Johns"),
    Site("KE-30", "Africa/Nairobi"),
    Site("JP-13", "Asia/Tokyo"),
)
ROLE_FAMILIES: dict[str, tuple[tuple[str, int], ...]] = {
    "product": (
        ("backend", 38),
        ("frontend", 24),
        ("mobile", 14),
        ("qa", 12),
        ("data", 12),
    ),
    "platform": (
        ("sre", 36),
        ("backend", 34),
        ("data", 18),
        ("qa", 6),
        ("frontend", 6),
    ),
}
LEVELS = ("IC1", "IC2", "IC3", "IC4", "IC5")
LEVEL_WEIGHTS = (10, 25, 35, 22, 8)
# How often a service is delivered.
CADENCES = ("on_merge", "daily", "weekly", "fortnightly")
CADENCE_WEIGHTS = (46, 30, 15, 9)
SMALL_TEAMS = (1, 2, 3, 3, 4, 4)


# The tools a division works with: code and deployments, issues, and on-call.
GITHUB, GITLAB, JIRA = "github", "gitlab", "jira"


@dataclass(frozen=True, slots=True)
class Account:
    """A GitHub account. ``deleted_at`` in seconds: from then on `user` is null.

    Other tools know the person by the address or by what stands before its `@`.
    """

    login: str
    account_id: int
    kind: str
    name: str
    email: str
    deleted_at: int | None = None

    @property
    def username(self) -> str:
        return self.email.split("@")[0]


@dataclass(slots=True)
class Person:
    """Somebody who works here. Each list holds (from day, value), oldest first."""

    employee_id: str
    name: str
    email: str
    role_family: str
    employment_type: str
    hired: int
    left: int
    levels: list[tuple[int, str]]
    sites: list[tuple[int, Site]]
    modalities: list[tuple[int, str]]
    accounts: list[tuple[int, Account]]
    pagerduty_id: str
    support_id: str
    shift: int
    pace: float
    leave: list[tuple[int, int]]
    workdays: dict[int, bool] = field(default_factory=dict)

    def at_work(self, day: int) -> bool:
        """Employed, no weekend, no public holiday, no leave."""
        known = self.workdays.get(day)
        if known is None:
            known = (
                self.hired <= day < self.left
                and is_workday(self.site(day), day)
                and not any(start <= day < end for start, end in self.leave)
            )
            self.workdays[day] = known
        return known

    def site(self, day: int) -> Site:
        return _as_of(self.sites, day)

    def level(self, day: int) -> str:
        return _as_of(self.levels, day)

    def account(self, day: int) -> Account:
        return _as_of(self.accounts, day)


@dataclass(frozen=True, slots=True)
class Membership:
    person: Person
    team_id: str
    start: int
    end: int
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class TeamVersion:
    """What a team was called and where it belonged in a span of days."""

    name: str
    department: str
    division: str
    start: int
    end: int


@dataclass(slots=True)
class Team:
    team_id: str
    kind: str
    tools: str
    tracker: str
    site: Site
    cadence: str
    pagerduty_id: str
    escalation_policy_id: str
    schedule_id: str
    versions: list[TeamVersion]
    managers: list[tuple[int, Person]]
    memberships: list[Membership] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)
    rosters: list[list[Person]] = field(default_factory=list)

    def version(self, day: int) -> TeamVersion:
        for version in self.versions:
            if version.start <= day < version.end:
                return version
        return self.versions[0] if day < self.versions[0].start else self.versions[-1]

    def members(self, day: int) -> list[Person]:
        """Who belonged to the team on a day, in a fixed order."""
        if not self.changes:
            self.changes = sorted(
                {m.start for m in self.memberships} | {m.end for m in self.memberships}
            )
            self.rosters = [
                [m.person for m in self.memberships if m.start <= change < m.end]
                for change in self.changes
            ]
        place = bisect_right(self.changes, day) - 1
        return self.rosters[place] if place >= 0 else []

    def end(self, person: Person, day: int) -> None:
        """End the person's membership on a day; what would have begun later never does."""
        self.memberships = [
            replace(m, end=day) if m.person is person and m.end > day else m
            for m in self.memberships
            if not (m.person is person and m.start >= day)
        ]
        self.changes = []

    def settled(self, day: int) -> list[Person]:
        """Members who stay, lead nobody, and were here well before the day."""
        return [
            m.person
            for m in self.memberships
            if m.end == FAR
            and m.start < day - 30
            and m.share == 1.0
            and m.person.left == FAR
            and all(m.person is not manager for _, manager in self.managers)
        ]


@dataclass(frozen=True, slots=True)
class Ownership:
    team: Team
    start: int
    end: int
    band: str


@dataclass(slots=True)
class Service:
    """A service; ``weight`` is its part of its team's work, without unit.

    ``tools`` are those of the team that founded it; ``pager_id`` is how the on-call tool
    among them knows it, and empty where no one is paged.
    """

    service_id: str
    name: str
    criticality: str
    mission: str
    born: int
    repository: str
    tools: str
    pager_id: str
    weight: float
    owners: list[Ownership]
    traits: frozenset[str] = frozenset()

    def owner(self, day: int) -> Ownership | None:
        for owner in self.owners:
            if owner.start <= day < owner.end:
                return owner
        return None

    def keeper(self, day: int) -> Ownership:
        """The owner, or who was the last one: somebody still answers."""
        return self.owner(day) or self.owners[-1]


@dataclass(frozen=True, slots=True)
class Dependency:
    """One service needs another to work."""

    service: Service
    needs: Service
    start: int
    end: int


@dataclass(slots=True)
class Repository:
    """``number`` gives the ids made here a range of their own."""

    number: int
    full_name: str
    merge_method: str
    services: list[Service]
    teams: list[Team]
    tools: str
    tracker: str
    targets: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Influences:
    """What makes some teams, services or roles different. Without any, all are alike.

    ``overloaded``: team to the day from which its services break far more often;
    ``slowed``: division to the day from which its changes wait longer for a review, and
    ``blocked``: team to the team that reviews its changes, both by the factor ``wait``;
    ``remarks``: role family to the factor by which its reviews have more remarks.
    """

    debt: float = 1.0
    wait: float = 1.0
    overloaded: dict[str, int] = field(default_factory=dict)
    slowed: dict[str, int] = field(default_factory=dict)
    blocked: dict[str, Team] = field(default_factory=dict)
    remarks: dict[str, float] = field(default_factory=dict)

    def of_debt(self, service: Service) -> float:
        """How much more goes wrong in a service whose last owner inherited its debt."""
        return self.debt if service.owners[-1].band == "inherited_debt" else 1.0

    def is_overloaded(self, team: Team, day: int) -> bool:
        return self.overloaded.get(team.team_id, FAR) <= day

    def waits_for(self, team: Team) -> Team | None:
        """The team without whose review nothing of this team is merged."""
        return self.blocked.get(team.team_id)

    def patience(self, team: Team, day: int) -> float:
        """By how much longer a change of the team waits for its first review."""
        is_slow = self.slowed.get(team.version(day).division, FAR) <= day
        return self.wait if is_slow or team.team_id in self.blocked else 1.0


@dataclass(slots=True)
class Organisation:
    seed: int
    period: Period
    people: list[Person]
    heads: dict[str, Person]
    teams: dict[str, Team]
    services: list[Service]
    repositories: list[Repository]
    outsiders: list[Account]
    catch_all: Person
    dependencies: list[Dependency] = field(default_factory=list)
    influences: Influences = field(default_factory=Influences)
    entered_twice: Person | None = None
    entered_backwards: Person | None = None
    loads: dict[str, list[Service]] = field(default_factory=dict)

    def load(self, team: Team, day: int) -> float:
        """The weights of all services a team keeps on a day, added up."""
        if not self.loads:
            for service in self.services:
                for team_id in dict.fromkeys(o.team.team_id for o in service.owners):
                    self.loads.setdefault(team_id, []).append(service)
        kept = self.loads.get(team.team_id, [])
        return sum(s.weight for s in kept if s.born <= day and s.keeper(day).team is team)

    def forget(self) -> None:
        """Drop what was worked out about people's days: it would grow with every part."""
        for person in self.people:
            person.workdays.clear()

    def manager(self, person: Person, team: Team | None, day: int) -> Person | None:
        """Whom a person reports to: the team's manager, else the next head above."""
        top = self.heads["company"]
        if person is top:
            return None
        if team is None:
            for unit, head in self.heads.items():
                if head is person and "/" in unit:
                    return self.heads[unit.split("/")[0]]
            return top
        manager = _as_of(team.managers, day) if team.managers else None
        if manager and manager is not person:
            return manager
        version = team.version(day)
        return self.heads[f"{version.division}/{version.department}"]


def _as_of(history: list[tuple[int, T]], day: int) -> T:
    value = history[0][1]
    for start, candidate in history:
        if start > day:
            break
        value = candidate
    return value
