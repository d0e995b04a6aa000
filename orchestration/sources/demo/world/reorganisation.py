"""What changes on the way: teams split, move and are renamed, services change hands.

Every change has a day, and what held before it stays in the history.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from orchestration.sources.demo.world.calendar import FAR, instant
from orchestration.sources.demo.world.hiring import Founder, new_team
from orchestration.sources.demo.world.organisation import (
    GITHUB,
    HUBS,
    Membership,
    Organisation,
    Ownership,
    Service,
    Team,
)


def reorganise(founder: Founder, organisation: Organisation) -> None:
    """What changes on the way: moves, a split, a new name, hand-overs, oddities."""
    period, planted = founder.period, founder.planted
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
        old, new = team.managers[0][1], team.settled(period.start)[0]
        old.left = day
        team.end(old, day)
        new.levels = [step for step in new.levels if step[0] < day] + [(day, "M1")]
        team.managers.append((day, new))
        planted.record("manager_changed", team_id=team.team_id, employee_id=new.employee_id)
    _hand_over(founder, organisation, large)
    rng = random.Random(f"{founder.seed}/moves")
    for team in large:
        for person in team.settled(period.end - 60)[::17]:
            day = period.day(rng.uniform(0.2, 0.8))
            other = rng.choice([t for t in large if t is not team])
            if other.versions[0].start < day and person.levels[-1][0] < day:
                team.end(person, day)
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
    new = new_team(founder, number, f"{last.name} Edge", last.division, last.department)
    new.kind, new.site, new.cadence = team.kind, team.site, team.cadence
    new.tools, new.tracker = team.tools, team.tracker
    new.versions = [replace(new.versions[0], start=day)]
    movers = team.settled(day)[::2]
    for person in movers:
        team.end(person, day)
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
    """Services go to other teams that work with the same tools; one goes to nobody."""
    period, planted = founder.period, founder.planted
    rng = random.Random(f"{founder.seed}/hand-overs")
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
        old, day = service.owners[-1].team, period.day(0.2 + 0.6 * (place % 5) / 5)
        others = [t for t in large if t is not old and t.tools == old.tools]
        # A small organisation has one large team with these tools.
        others = others or [
            t
            for t in organisation.teams.values()
            if t is not old and t.tools == old.tools and t.versions[0].start < day
        ]
        if not others:
            continue
        team = rng.choice(others)
        _give(service, team, day, "inherited_debt")
        planted.record(
            "service_handed_over",
            service_id=service.service_id,
            team_id=team.team_id,
        )


def _plant_people(founder: Founder, organisation: Organisation, large: list[Team]) -> None:
    period, planted = founder.period, founder.planted
    rng = random.Random(f"{founder.seed}/people")
    untouched = [
        (team, person)
        for team in large
        for person in team.settled(period.start)
        if len(person.sites) == 1
    ]
    rng.shuffle(untouched)
    if untouched and planted.planned("person_in_two_teams"):
        team, person = untouched.pop()
        other = next(t for t in large if t is not team and t.versions[0].start < period.start)
        day = period.day(0.3)
        team.end(person, day)
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
    on_github = {
        m.person.employee_id
        for team in organisation.teams.values()
        if team.tools == GITHUB
        for m in team.memberships
    }
    leavers = sorted(
        (p for p in organisation.people if p.left < period.end),
        key=lambda p: (p.employee_id not in on_github, p.left, p.employee_id),
    )
    for person in leavers[:2]:
        if planted.planned("deleted_accounts"):
            gone = instant("UTC", person.left + 14, 0)
            hired, account = person.accounts[-1]
            person.accounts[-1] = (hired, replace(account, deleted_at=gone))
            planted.record("deleted_accounts", login=account.login)
    for account in organisation.outsiders:
        planted.record("unknown_logins", login=account.login)
