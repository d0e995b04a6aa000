"""Founds the demo organisation: who is hired where, and what changes on the way.

Numbers: one team per eight people, 110 services per 320 people, one department per
35. About one in eight leaves in the period, and as many join.
"""

from __future__ import annotations

import random
from dataclasses import replace

from orchestration.sources.demo.planted import Planted
from orchestration.sources.demo.world import names
from orchestration.sources.demo.world.calendar import FAR, Period
from orchestration.sources.demo.world.hiring import Founder, new_team
from orchestration.sources.demo.world.ids import pagerduty_id, slug, uuid_of
from orchestration.sources.demo.world.organisation import (
    CADENCE_WEIGHTS,
    CADENCES,
    GITHUB,
    GITLAB,
    HUB_WEIGHTS,
    HUBS,
    SMALL_TEAMS,
    Account,
    Membership,
    Organisation,
    Ownership,
    Person,
    Repository,
    Service,
    Team,
)
from orchestration.sources.demo.world.reorganisation import reorganise

# Division, department, and whether it builds product or platform.
Unit = tuple[str, str, str]
MERGE_METHODS = ("merge", "squash", "rebase")
MERGE_WEIGHTS = {GITHUB: (40, 40, 20), GITLAB: (60, 40, 0)}


def found(seed: int, people: int, period: Period, planted: Planted) -> Organisation:
    """The whole organisation over the whole period. At least 60 people."""
    if people < 60:
        raise ValueError("the demo organisation needs at least 60 people")
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
            if planted.planned("unknown_logins")
        ],
        catch_all=heads["company"],
    )
    reorganise(founder, organisation)
    organisation.repositories = _repositories(founder, organisation)
    return organisation


def _heads(founder: Founder, people: int) -> tuple[dict[str, Person], list[Unit]]:
    """Heads by unit ("company", "division", "division/department") and the units."""
    n_divisions = 3 if people < 100 else 4
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
        teams.append(new_team(founder, place + 1, next(team_names), division, department))
        teams[-1].kind = kind
        teams[-1].cadence = rng.choices(CADENCES, CADENCE_WEIGHTS)[0]
        start = period.start - int(rng.uniform(200, 900))
        teams[-1].versions = [replace(teams[-1].versions[0], start=start)]
    return teams


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


def _turn_over(founder: Founder, teams: list[Team], people: int) -> None:
    """Leavers over the period, and as many joiners as the head count asks for."""
    rng, period = founder.rng, founder.period
    large = [team for team in teams if team.managers]
    for team in large:
        for person in team.settled(period.end):
            if rng.random() < 0.028 * (period.end - period.start) / 91:
                person.left = rng.randrange(period.start + 20, period.end - 10)
                team.end(person, person.left)
    while len(founder.people) < people:
        team = rng.choice(large)
        day = rng.randrange(period.start + 5, period.end - 20)
        person = founder.hire(team.kind, team.site, joins=day)
        team.memberships.append(Membership(person, team.team_id, day, FAR))


def _services(founder: Founder, teams: list[Team], people: int) -> list[Service]:
    """Services, shared out by the size of teams; strata are filled in turn."""
    rng, period, seed = founder.rng, founder.period, founder.seed
    total = max(14, round(people * 110 / 320))
    sizes = {t.team_id: len(t.members(period.start)) for t in teams}
    members = sum(sizes.values())
    shares = {t.team_id: max(1, round(total * sizes[t.team_id] / members)) for t in teams}
    by_size = sorted(teams, key=lambda t: (-sizes[t.team_id], t.team_id))
    while sum(shares.values()) > total:
        crowded = max(shares, key=lambda team_id: (shares[team_id], team_id))
        shares[crowded] -= 1
    order = [team for team in teams for _ in range(shares[team.team_id])]
    while len(order) < total:
        order.append(by_size[len(order) % max(1, len(by_size) // 2)])
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
                repository=f"{names.OWNERS[team.tools]}/{name}",
                tools=team.tools,
                pager_id=_pager_id(seed, team.tools, number),
                weight=rng.lognormvariate(0, 0.6),
                owners=[Ownership(team, start, FAR, "inherited_debt" if debt else "established")],
            )
        )
        turn[mission] += 1
    _mark(founder, services)
    return services


def _pager_id(seed: int, tools: str, number: int) -> str:
    if tools == GITLAB:
        return uuid_of(seed, "service", number)
    return pagerduty_id("P", 6, seed, "service", number)


def _mark(founder: Founder, services: list[Service]) -> None:
    """On GitHub: a monorepo, services without pager, one founded within the period."""
    period, planted = founder.period, founder.planted
    together: dict[str, list[Service]] = {}
    services = [service for service in services if service.tools == GITHUB]
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
            service.pager_id = ""
            planted.record("service_without_pagerduty", service_id=service.service_id)
    if planted.planned("incident_before_deployment"):
        plain = [s for s in services if s.pager_id and not s.traits]
        service = next((s for s in plain if s.owners[0].team.managers), plain[0])
        service.born = period.day(0.25)
        service.owners[0] = replace(service.owners[0], start=service.born)
        service.traits |= {"newborn"}


def _repositories(founder: Founder, organisation: Organisation) -> list[Repository]:
    """One for each service, one for several in a monorepo, two for none."""
    planted = founder.planted
    rng = random.Random(f"{founder.seed}/repositories")
    by_name: dict[str, list[Service]] = {}
    for service in organisation.services:
        by_name.setdefault(service.repository, []).append(service)
    repositories = [
        Repository(
            number,
            name,
            rng.choices(MERGE_METHODS, MERGE_WEIGHTS[services[0].tools])[0],
            services,
            [owner.team for service in services for owner in service.owners],
            services[0].tools,
            services[0].owners[0].team.tracker,
        )
        for number, (name, services) in enumerate(by_name.items(), start=1)
    ]
    platform = [
        team
        for team in organisation.teams.values()
        if team.kind == "platform" and team.tools == GITHUB
    ]
    platform.sort(key=lambda team: not team.managers)
    for name in ("engineering-handbook", "developer-scripts"):
        if planted.planned("repository_without_service") and platform:
            repository = Repository(
                len(repositories) + 1,
                f"{names.COMPANY}/{name}",
                "squash",
                [],
                platform[:1],
                GITHUB,
                GITHUB,
            )
            repositories.append(repository)
            planted.record("repository_without_service", repository=repository.full_name)
    return repositories
