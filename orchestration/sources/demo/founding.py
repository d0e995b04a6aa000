"""Founds the demo organisation: who is hired where, and what changes on the way.

Numbers: one team per eight people, 110 services per 320 people, one department per
35. About one in eight leaves in the period, and as many join.
"""

from __future__ import annotations

import hashlib
import random
import unicodedata
from dataclasses import dataclass, replace
from typing import Any

from orchestration.sources.demo import names
from orchestration.sources.demo.calendar import FAR, HOUR, Period, Site, instant
from orchestration.sources.demo.organisation import (
    HUB_WEIGHTS,
    HUBS,
    LEVEL_WEIGHTS,
    LEVELS,
    OUTPOSTS,
    ROLE_FAMILIES,
    SMALL_TEAMS,
    Account,
    Membership,
    Organisation,
    Ownership,
    Person,
    Repository,
    Service,
    Team,
    TeamVersion,
)
from orchestration.sources.demo.planted import Planted

# Division, department, and whether it builds product or platform.
Unit = tuple[str, str, str]
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CADENCES = ("on_merge", "daily", "weekly", "fortnightly")
CADENCE_WEIGHTS = (46, 30, 15, 9)
MERGE_METHODS = ("merge", "squash", "rebase")
MERGE_WEIGHTS = (40, 40, 20)


def pagerduty_id(prefix: str, length: int, *parts: object) -> str:
    """An id in the vendor's form: a letter and characters of base 36."""
    number = int.from_bytes(hashlib.sha256("/".join(map(str, parts)).encode()).digest()[:12], "big")
    text = ""
    for _ in range(length):
        number, place = divmod(number, 36)
        text += ALPHABET[place]
    return prefix + text


def slug(text: str) -> str:
    """ASCII, lower case, words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(plain.lower().replace(".", " ").split())


@dataclass
class Founder:
    """Makes people one after another; holds the dice and the counters."""

    rng: random.Random
    seed: int
    period: Period
    planted: Planted

    def __post_init__(self) -> None:
        self.people: list[Person] = []
        self._names = names.people_names(self.rng)

    def hire(
        self,
        kind: str,
        site_home: Site,
        level: str | None = None,
        joins: int | None = None,
    ) -> Person:
        """A new person; ``joins`` is the day within the period, else before it."""
        rng, start = self.rng, self.period.start
        number = len(self.people) + 1
        given, family = next(self._names)
        hired = joins or start - 20 - int(min(4_500, rng.lognormvariate(6.6, 0.9)))
        level = level or rng.choices(LEVELS, LEVEL_WEIGHTS)[0]
        site = site_home if rng.random() < 0.74 else rng.choice(HUBS + OUTPOSTS)
        if site in HUBS:
            modality = rng.choices(("office", "hybrid", "remote"), (28, 44, 28))[0]
        else:
            modality = "remote"
        families = ROLE_FAMILIES[kind]
        account = self._account(number, f"{given} {family}")
        person = Person(
            employee_id=f"E{number:05}",
            name=f"{given} {family}",
            email=account.email,
            role_family=rng.choices([name for name, _ in families], [n for _, n in families])[0],
            employment_type=rng.choices(("full_time", "part_time", "contractor"), (88, 6, 6))[0],
            hired=hired,
            left=FAR,
            levels=self._career(hired, level, joins is None),
            sites=[(hired, site)],
            modalities=[(hired, modality)],
            accounts=[(hired, account)],
            pagerduty_id=pagerduty_id("P", 6, self.seed, "user", number),
            support_id=f"agent-{pagerduty_id('', 6, self.seed, 'support', number).lower()}",
            shift=int(rng.gauss(0, 0.6) * HOUR),
            pace=rng.lognormvariate(0, 0.3),
            leave=self._leave(),
        )
        if rng.random() < 0.05:
            moved = self._some_day()
            other = "remote" if modality != "remote" else "hybrid"
            person.modalities.append((moved, other))
        self.people.append(person)
        return person

    def _account(self, number: int, name: str) -> Account:
        return Account(
            login=f"{slug(name)}-hl",
            account_id=41_000_000 + number * 131,
            kind="User",
            name=name,
            email=f"{slug(name).replace('-', '.')}@{names.EMAIL_DOMAIN}",
        )

    def _some_day(self) -> int:
        return self.rng.randrange(self.period.start + 14, self.period.end - 14)

    def _career(self, hired: int, level: str, promote: bool) -> list[tuple[int, str]]:
        """Levels since hiring: one step in about two years, some in the period."""
        if level not in LEVELS:
            return [(hired, level)]
        steps, day, place = [], self.period.start, LEVELS.index(level)
        day -= int(self.rng.uniform(30, 700))
        while place > 0 and day - hired > 300:
            steps.append((day, LEVELS[place]))
            place -= 1
            day -= int(self.rng.uniform(400, 1_000))
        steps.append((hired, LEVELS[place]))
        steps.reverse()
        top = LEVELS.index(level)
        quarters = (self.period.end - self.period.start) / 91
        if promote and top < 4 and self.rng.random() < 0.035 * quarters:
            steps.append((self._some_day(), LEVELS[top + 1]))
        return steps

    def _leave(self) -> list[tuple[int, int]]:
        """Weeks off: about five in a year, one of them often long."""
        spans = []
        day = self.period.start + int(self.rng.uniform(0, 90))
        while day < self.period.end:
            length = self.rng.choices((1, 3, 5, 7, 12, 16), (16, 16, 14, 30, 16, 8))[0]
            spans.append((day, day + length))
            day += length + int(self.rng.uniform(25, 105))
        return spans


def found(seed: int, people: int, period: Period, planted: Planted) -> Organisation:
    """The whole organisation over the whole period. At least 40 people."""
    if people < 40:
        raise ValueError("the demo organisation needs at least 40 people")
    rng = random.Random(f"{seed}/organisation")
    founder = Founder(rng, seed, period, planted)
    heads, units = _heads(founder, people)
    teams = _teams(founder, units, people)
    initial = round(people * 0.86) - len(heads)
    _staff(founder, teams, initial)
    _turn_over(founder, teams, people)
    services = _services(founder, teams, people)
    organisation = Organisation(
        seed=seed,
        period=period,
        people=founder.people,
        heads=heads,
        teams={team.team_id: team for team in teams},
        services=services,
        repositories=[],
        outsiders=[
            Account(login, 77_000_000 + place * 7, "User", login, f"{login}@vendor.example")
            for place, login in enumerate(("quillworks-ext", "nordbyte-ops", "tmp-migration-hl"))
        ],
        catch_all=heads["company"],
    )
    _reorganise(founder, organisation)
    organisation.repositories = _repositories(founder, organisation)
    return organisation


def _heads(founder: Founder, people: int) -> tuple[dict[str, Person], list[Unit]]:
    """Heads by unit ("company", "division", "division/department") and the units."""
    n_divisions = 2 if people < 100 else 4
    n_departments = min(12, max(n_divisions, round(people / 35)))
    divisions = (names.DIVISIONS[0], *names.DIVISIONS[:0:-1])[:n_divisions]
    rng = founder.rng
    heads = {"company": founder.hire("platform", HUBS[0], level="M4")}
    units: list[Unit] = []
    for place in range(n_departments):
        division, kind = divisions[place % n_divisions]
        department = names.DEPARTMENTS[division][place // n_divisions]
        if division not in heads:
            hub = rng.choices(HUBS, HUB_WEIGHTS)[0]
            heads[division] = founder.hire(kind, hub, level="M3")
        hub = rng.choices(HUBS, HUB_WEIGHTS)[0]
        heads[f"{division}/{department}"] = founder.hire(kind, hub, level="M2")
        units.append((division, department, kind))
    for head in heads.values():
        head.hired = min(head.hired, founder.period.start - 400)
        head.employment_type = "full_time"
        head.levels[0] = (head.hired, head.levels[0][1])
        head.sites[0] = (head.hired, head.sites[0][1])
        head.modalities[0] = (head.hired, head.modalities[0][1])
        head.accounts[0] = (head.hired, head.accounts[0][1])
        founder.planted.record("person_without_team", employee_id=head.employee_id)
    return heads, units


def _teams(founder: Founder, units: list[Unit], people: int) -> list[Team]:
    rng, period = founder.rng, founder.period
    team_names = names.team_names(rng)
    teams = []
    for place in range(max(8, round(people / 8)) - 1):
        division, department, kind = units[place % len(units)]
        teams.append(_team(founder, place + 1, next(team_names), division, department))
        teams[-1].kind = kind
        teams[-1].cadence = rng.choices(CADENCES, CADENCE_WEIGHTS)[0]
        start = period.start - int(rng.uniform(200, 900))
        teams[-1].versions = [replace(teams[-1].versions[0], start=start)]
    return teams


def _team(founder: Founder, number: int, name: str, division: str, department: str) -> Team:
    seed = founder.seed
    return Team(
        team_id=f"T{number:04}",
        kind="product",
        site=founder.rng.choices(HUBS, HUB_WEIGHTS)[0],
        cadence="daily",
        pagerduty_id=pagerduty_id("P", 6, seed, "team", number),
        escalation_policy_id=pagerduty_id("P", 6, seed, "policy", number),
        schedule_id=pagerduty_id("P", 6, seed, "schedule", number),
        versions=[TeamVersion(name, department, division, founder.period.start, FAR)],
        managers=[],
    )


def _staff(founder: Founder, teams: list[Team], initial: int) -> None:
    """Fill the teams with those who are there on the first day."""
    rng = founder.rng
    # Every fifth team is small, so that small teams are spread over departments.
    sizes = {}
    small = [team for place, team in enumerate(teams) if place % 5 == 2]
    small += [team for team in teams if team not in small]
    for team, size in zip(small, SMALL_TEAMS[: max(5, len(teams) // 6)], strict=False):
        sizes[team.team_id] = size
    large = [team for team in teams if team.team_id not in sizes]
    rest = initial - sum(sizes.values())
    weights = [rng.uniform(0.8, 1.3) for _ in large]
    for team, weight in zip(large, weights, strict=True):
        sizes[team.team_id] = max(5, int(rest * weight / sum(weights)))
    for team in teams:
        size = sizes[team.team_id]
        for place in range(size):
            leads = place == 0 and size >= 5
            person = founder.hire(team.kind, team.site, level="M1" if leads else None)
            if leads:
                person.employment_type = "full_time"
                team.managers = [(team.versions[0].start, person)]
            start = max(team.versions[0].start, person.hired)
            team.memberships.append(Membership(person, team.team_id, start, FAR))
        if size < 5:
            founder.planted.record("small_teams", team_id=team.team_id)
        if size == 1:
            founder.planted.record("one_person_team", team_id=team.team_id)


def _end(team: Team, person: Person, day: int) -> None:
    """End the person's membership on a day."""
    team.memberships = [
        replace(m, end=day) if m.person is person and m.end > day else m
        for m in team.memberships
        if not (m.person is person and m.start >= day)
    ]


def _settled(team: Team, day: int) -> list[Person]:
    """Members who stay, lead nobody, and were here well before the day."""
    return [
        m.person
        for m in team.memberships
        if m.end == FAR
        and m.start < day - 30
        and m.share == 1.0
        and m.person.left == FAR
        and all(m.person is not manager for _, manager in team.managers)
    ]


def _turn_over(founder: Founder, teams: list[Team], people: int) -> None:
    """Leavers over the period, and as many joiners as the head count asks for."""
    rng, period = founder.rng, founder.period
    large = [team for team in teams if team.managers]
    for team in large:
        for person in _settled(team, period.end):
            if rng.random() < 0.028 * (period.end - period.start) / 91:
                person.left = rng.randrange(period.start + 20, period.end - 10)
                _end(team, person, person.left)
    while len(founder.people) < people:
        team = rng.choice(large)
        day = rng.randrange(period.start + 5, period.end - 20)
        person = founder.hire(team.kind, team.site, joins=day)
        team.memberships.append(Membership(person, team.team_id, day, FAR))


def _reorganise(founder: Founder, organisation: Organisation) -> None:
    """What changes on the way: moves, a split, a new name, hand-overs, oddities."""
    rng, period, planted = founder.rng, founder.period, founder.planted
    teams = list(organisation.teams.values())
    large = sorted(
        (team for team in teams if team.managers),
        key=lambda team: (-len(team.members(period.day(0.5))), team.team_id),
    )
    for team in teams:
        team.changes = []
    split_off(founder, organisation, large[0])
    if planted.planned("team_renamed"):
        day, team = period.day(0.45), large[1]
        _reversion(team, day, name=f"{team.versions[-1].name} Services")
        planted.record("team_renamed", team_id=team.team_id)
    if planted.planned("team_moved_department"):
        day, team = period.day(0.7), large[2 % len(large)]
        here = team.versions[-1]
        division, department = next(
            unit.split("/")
            for unit in organisation.heads
            if "/" in unit and not unit.startswith(here.division)
        )
        _reversion(team, day, division=division, department=department)
        planted.record("team_moved_department", team_id=team.team_id)
    if planted.planned("manager_changed"):
        day, team = period.day(0.6), large[-1]
        old, new = team.managers[0][1], _settled(team, period.start)[0]
        old.left = day
        _end(team, old, day)
        new.levels = [step for step in new.levels if step[0] < day] + [(day, "M1")]
        team.managers.append((day, new))
        planted.record("manager_changed", team_id=team.team_id, employee_id=new.employee_id)
    _hand_over(founder, organisation, large)
    for team in large:
        for person in _settled(team, period.end - 60)[::17]:
            day = period.day(rng.uniform(0.2, 0.8))
            other = rng.choice([t for t in large if t is not team])
            if other.versions[0].start < day and person.levels[-1][0] < day:
                _end(team, person, day)
                other.memberships.append(Membership(person, other.team_id, day, FAR))
    _plant_people(founder, organisation, large)


def _reversion(team: Team, day: int, **changes: str) -> None:
    last = team.versions[-1]
    team.versions[-1] = replace(last, end=day)
    renamed: dict[str, Any] = changes
    team.versions.append(replace(last, start=day, **renamed))


def split_off(founder: Founder, organisation: Organisation, team: Team) -> None:
    """Half of a team and of its services become a new team with its own manager."""
    planted, day = founder.planted, founder.period.day(0.55)
    if not planted.planned("team_split"):
        return
    number = len(organisation.teams) + 1
    last = team.versions[-1]
    new = _team(founder, number, f"{last.name} Edge", last.division, last.department)
    new.kind, new.site, new.cadence = team.kind, team.site, team.cadence
    new.versions = [replace(new.versions[0], start=day)]
    movers = _settled(team, day)[::2]
    for person in movers:
        _end(team, person, day)
        new.memberships.append(Membership(person, new.team_id, day, FAR))
    lead = movers[0]
    lead.levels = [step for step in lead.levels if step[0] < day] + [(day, "M1")]
    new.managers = [(day, lead)]
    organisation.teams[new.team_id] = new
    owned = [s for s in organisation.services if s.owner(day) and s.keeper(day).team is team]
    for service in owned[: max(1, len(owned) // 2)]:
        _give(service, new, day, service.owners[-1].band)
    planted.record("team_split", team_id=team.team_id, new_team_id=new.team_id)


def _give(service: Service, team: Team, day: int, band: str) -> None:
    service.owners[-1] = replace(service.owners[-1], end=day)
    service.owners.append(Ownership(team, day, FAR, band))


def _hand_over(founder: Founder, organisation: Organisation, large: list[Team]) -> None:
    rng, period, planted = founder.rng, founder.period, founder.planted
    free = [
        service
        for service in organisation.services
        if len(service.owners) == 1
        and service.owners[0].team.managers
        and service.born < period.start
        and "monorepo" not in service.traits
    ]
    rng.shuffle(free)
    if free and planted.planned("service_without_owner"):
        service = free.pop()
        service.owners[-1] = replace(service.owners[-1], end=period.day(0.4))
        planted.record("service_without_owner", service_id=service.service_id)
    for place in range(max(2, len(organisation.services) // 16)):
        if not free or not planted.planned("service_handed_over"):
            break
        service = free.pop()
        old = service.owners[-1].team
        team = rng.choice([team for team in large if team is not old])
        _give(service, team, period.day(0.2 + 0.6 * (place % 5) / 5), "inherited_debt")
        planted.record(
            "service_handed_over",
            service_id=service.service_id,
            team_id=team.team_id,
        )


def _plant_people(founder: Founder, organisation: Organisation, large: list[Team]) -> None:
    rng, period, planted = founder.rng, founder.period, founder.planted
    untouched = [
        (team, person)
        for team in large
        for person in _settled(team, period.start)
        if len(person.sites) == 1
    ]
    rng.shuffle(untouched)
    if untouched and planted.planned("person_in_two_teams"):
        team, person = untouched.pop()
        other = next(t for t in large if t is not team and t.versions[0].start < period.start)
        day = period.day(0.3)
        _end(team, person, day)
        for each in (team, other):
            each.memberships.append(Membership(person, each.team_id, day, FAR, 0.5))
        planted.record("person_in_two_teams", employee_id=person.employee_id)
    if untouched and planted.planned("person_with_two_logins"):
        _, person = untouched.pop()
        first = person.accounts[0][1]
        second = replace(first, login=f"{first.login}-work", account_id=first.account_id + 1)
        person.accounts.append((period.day(0.5), second))
        planted.record(
            "person_with_two_logins",
            employee_id=person.employee_id,
            first=first.login,
            second=second.login,
        )
    if untouched and planted.planned("person_moved_zone"):
        _, person = untouched.pop()
        here = person.sites[0][1]
        person.sites.append((period.day(0.5), next(hub for hub in HUBS if hub.zone != here.zone)))
        planted.record("person_moved_zone", employee_id=person.employee_id)
    leavers = sorted(
        (p for p in organisation.people if p.left < period.end),
        key=lambda p: (p.left, p.employee_id),
    )
    for person in leavers[:2]:
        if planted.planned("deleted_accounts"):
            gone = instant("UTC", person.left + 14, 0)
            hired, account = person.accounts[-1]
            person.accounts[-1] = (hired, replace(account, deleted_at=gone))
            planted.record("deleted_accounts", login=account.login)
    for account in organisation.outsiders:
        planted.record("unknown_logins", login=account.login)


def _services(founder: Founder, teams: list[Team], people: int) -> list[Service]:
    """Services, shared out by the size of teams; strata are filled in turn."""
    rng, period, seed = founder.rng, founder.period, founder.seed
    total = max(14, round(people * 110 / 320))
    sizes = {t.team_id: len(t.members(period.start)) for t in teams}
    shares = {
        t.team_id: max(1, round(total * sizes[t.team_id] / sum(sizes.values()))) for t in teams
    }
    order = [team for team in teams for _ in range(shares[team.team_id])]
    by_size = sorted(teams, key=lambda t: (-sizes[t.team_id], t.team_id))
    while len(order) < total:
        order.append(by_size[len(order) % max(1, len(by_size) // 2)])
    while len(order) > total:
        crowded = max(by_size, key=lambda t: (order.count(t), t.team_id))
        order.remove(crowded)
    service_names = names.service_names(rng)
    tiers = ("tier_1", "tier_2", "tier_3", "tier_2", "tier_3")
    services = []
    turn = {"product": 0, "platform": 0}
    for number, team in enumerate(order, start=1):
        usual = rng.random() < 0.74
        other = {"product": "platform", "platform": "product"}[team.kind]
        mission = team.kind if usual else other
        name = next(service_names[mission])
        born = period.start - int(rng.uniform(120, 1_200))
        start = max(born, team.versions[0].start)
        debt = rng.random() < 0.42
        services.append(
            Service(
                service_id=f"S{number:04}",
                name=name,
                criticality=tiers[turn[mission] % 5],
                mission=mission,
                born=born,
                repository=f"{names.COMPANY}/{name}",
                pagerduty_id=pagerduty_id("P", 6, seed, "service", number),
                weight=rng.lognormvariate(0, 0.6),
                owners=[Ownership(team, start, FAR, "inherited_debt" if debt else "established")],
            )
        )
        turn[mission] += 1
    _mark(founder, services)
    return services


def _mark(founder: Founder, services: list[Service]) -> None:
    """Monorepo, services without pager, a service founded within the period."""
    period, planted = founder.period, founder.planted
    together: dict[str, list[Service]] = {}
    for service in services:
        together.setdefault(service.owners[0].team.team_id, []).append(service)
    if planted.planned("monorepo"):
        crew = max(together.values(), key=lambda group: (len(group), group[0].service_id))
        word = slug(crew[0].owners[0].team.versions[0].name)
        for service in crew[-3:]:
            service.repository = f"{names.COMPANY}/{word}-monorepo"
            service.traits |= {"monorepo"}
            planted.record(
                "monorepo",
                service_id=service.service_id,
                repository=service.repository,
            )
    if planted.planned("service_without_pagerduty"):
        quiet = [s for s in services if s.criticality == "tier_3" and not s.traits]
        for service in quiet[:: max(1, len(quiet) // max(1, len(services) // 36))]:
            service.pagerduty_id = ""
            planted.record("service_without_pagerduty", service_id=service.service_id)
    if planted.planned("incident_before_deployment"):
        service = next(
            s for s in services if s.pagerduty_id and not s.traits and s.owners[0].team.managers
        )
        service.born = period.day(0.25)
        service.owners[0] = replace(service.owners[0], start=service.born)
        service.traits |= {"newborn"}


def _repositories(founder: Founder, organisation: Organisation) -> list[Repository]:
    """One for each service, one for several in a monorepo, two for none."""
    rng, planted = founder.rng, founder.planted
    by_name: dict[str, list[Service]] = {}
    for service in organisation.services:
        by_name.setdefault(service.repository, []).append(service)
    repositories = [
        Repository(
            number,
            name,
            rng.choices(MERGE_METHODS, MERGE_WEIGHTS)[0],
            services,
            [owner.team for service in services for owner in service.owners],
        )
        for number, (name, services) in enumerate(by_name.items(), start=1)
    ]
    platform = [t for t in organisation.teams.values() if t.kind == "platform" and t.managers]
    for name in ("engineering-handbook", "developer-scripts"):
        if planted.planned("repository_without_service") and platform:
            repository = Repository(
                len(repositories) + 1,
                f"{names.COMPANY}/{name}",
                "squash",
                [],
                platform[:1],
            )
            repositories.append(repository)
            planted.record("repository_without_service", repository=repository.full_name)
    return repositories
