"""The truths of the demo organisation: what a good report would have to find.

Each is planted with a factor large enough to be seen in a few hundred people, and
recorded with the ids, the day and the factor. Nothing here draws from the dice that
founded the organisation: its clean twin has the same people, teams and services.
"""

from __future__ import annotations

import random
from datetime import date

from orchestration.sources.demo.planted import Planted
from orchestration.sources.demo.world.calendar import FAR
from orchestration.sources.demo.world.organisation import (
    Dependency,
    Organisation,
    Service,
    Team,
)

# How much more goes wrong in what was inherited, and how much longer a change waits.
DEBT = 2.0
WAIT = 4.0
QUIET_ROLE, QUIET = "sre", 0.2
COMMENT_HEAVY_ROLE, COMMENT_HEAVY = "qa", 3.0
SLOW_COHORT, SHARE_PROMOTED = "remote", 0.2
# Of the teams of its division that burn out, and of all teams that are blocked.
SHARE_BURNT_OUT, ONE_BLOCKED_OF = 0.2, 40
SHARE_OF_LEAVE_KEPT = 0.25
LEAVERS = 2


def plant(organisation: Organisation, planted: Planted) -> None:
    """Everything that makes some teams, services and roles of the organisation different."""
    period = organisation.period
    rng = random.Random(f"{organisation.seed}/truths")
    steady = _steady(organisation)
    free = _untouched(organisation, steady)
    if planted.planned("burnout"):
        _burn_out(organisation, planted, rng, steady, free)
    if planted.planned("blocked_team"):
        _block(organisation, planted, free)
    if planted.planned("inherited_debt"):
        organisation.influences.debt = DEBT
        planted.record("inherited_debt", maturity_band="inherited_debt", factor=str(DEBT))
    if planted.planned("trend_break"):
        # Not where teams burn out: each is to be seen by itself.
        division = _divisions(organisation)[-1]
        day = organisation.influences.slowed[division] = period.day(0.5)
        organisation.influences.wait = WAIT
        planted.record("trend_break", division=division, day=_text(day), factor=str(WAIT))
    for name, role, factor in (
        ("quiet_role", QUIET_ROLE, QUIET),
        ("comment_heavy_role", COMMENT_HEAVY_ROLE, COMMENT_HEAVY),
    ):
        if planted.planned(name):
            organisation.influences.remarks[role] = factor
            planted.record(name, role_family=role, factor=str(factor))
    if planted.planned("slow_promotions"):
        _hold_back(organisation, rng)
        share = str(SHARE_PROMOTED)
        planted.record("slow_promotions", work_modality=SLOW_COHORT, factor=share)


def _text(day: int) -> str:
    return date.fromordinal(day).isoformat()


def _divisions(organisation: Organisation) -> list[str]:
    """Those that build product, with the one that has most teams first."""
    teams = [team for team in organisation.teams.values() if team.managers]
    count: dict[str, int] = {}
    for team in teams:
        if team.kind == "product":
            division = team.versions[0].division
            count[division] = count.get(division, 0) + 1
    return sorted(count, key=lambda division: (-count[division], division))


def _steady(organisation: Organisation) -> list[Team]:
    """Teams that were there before the period, and that somebody can be missed in."""
    owned = {
        owner.team.team_id
        for service in organisation.services
        if service.pager_id and not service.traits
        for owner in service.owners[-1:]
        if owner.end == FAR
    }
    return [
        team
        for team in organisation.teams.values()
        if team.managers
        and team.versions[0].start < organisation.period.start
        and team.team_id in owned
        and len(team.settled(organisation.period.end)) >= 4
    ]


def _untouched(organisation: Organisation, steady: list[Team]) -> list[Team]:
    """Those of the steady teams that nothing else happens to."""
    changed = {
        owner.team.team_id
        for service in organisation.services
        if len(service.owners) > 1
        for owner in service.owners
    }
    return [
        team
        for team in steady
        if len(team.managers) == 1 and len(team.versions) == 1 and team.team_id not in changed
    ]


def _burn_out(
    organisation: Organisation,
    planted: Planted,
    rng: random.Random,
    steady: list[Team],
    free: list[Team],
) -> None:
    """More breaks, at night; leave stops, and in the end people go."""
    period, division = organisation.period, _divisions(organisation)[0]
    mine = [team for team in free if team.versions[0].division == division] or free or steady
    day = period.day(0.45)
    for team in mine[: max(1, round(len(mine) * SHARE_BURNT_OUT))]:
        organisation.influences.overloaded[team.team_id] = day
        for person in team.members(day):
            person.leave = [
                span for span in person.leave if span[0] < day or rng.random() < SHARE_OF_LEAVE_KEPT
            ]
            person.workdays.clear()
        for person in team.settled(day)[-LEAVERS:]:
            person.left = period.end - rng.randrange(15, 60)
            team.end(person, person.left)
        own = team.versions[0].division
        planted.record("burnout", team_id=team.team_id, division=own, day=_text(day))
    burnt_out = organisation.influences.overloaded
    free[:] = [team for team in free if team.team_id not in burnt_out]


def _block(organisation: Organisation, planted: Planted, free: list[Team]) -> None:
    """Some teams wait for the reviews, and need the services, of others."""
    end = organisation.period.end
    organisation.influences.wait = WAIT
    for _ in range(max(1, len(organisation.teams) // ONE_BLOCKED_OF)):
        pairs = (
            (team, other)
            for team in free
            for other in free
            if other.tools == team.tools and other.versions[0].division != team.versions[0].division
        )
        team, other = next(pairs, (None, None))
        if team is None or other is None:
            return
        organisation.influences.blocked[team.team_id] = other
        needed = _service_of(organisation, other)
        known = {(d.service.service_id, d.needs.service_id) for d in organisation.dependencies}
        for service in organisation.services:
            is_mine = service.owner(end) is not None and service.keeper(end).team is team
            if is_mine and (needed.service_id, service.service_id) not in known:
                start = max(service.born, needed.born, organisation.period.start)
                organisation.dependencies.append(Dependency(service, needed, start, FAR))
        planted.record("blocked_team", team_id=team.team_id, blocking_team_id=other.team_id)
        free.remove(team)
        free.remove(other)


def _service_of(organisation: Organisation, team: Team) -> Service:
    return next(
        service
        for service in organisation.services
        if service.owners[-1].team is team and service.owners[-1].end == FAR
    )


def _hold_back(organisation: Organisation, rng: random.Random) -> None:
    """Most promotions of one cohort within the period do not happen."""
    start = organisation.period.start
    for person in organisation.people:
        if person.modalities[0][1] == SLOW_COHORT:
            person.levels = [
                (day, level)
                for place, (day, level) in enumerate(person.levels)
                if place == 0
                or day < start
                or level.startswith("M")
                or rng.random() < SHARE_PROMOTED
            ]
