"""Which groups an event of a service counts for, and which groups a person belongs to."""

from __future__ import annotations

from datetime import datetime

from tests.truth.definitions import seed, threshold
from tests.truth.moments import FAR_AHEAD, holds_at
from tests.truth.people import Membership, People, Person, Team
from tests.truth.periods import Period
from tests.truth.services import Services

Group = tuple[str, str]


def groups_of_service(
    service_id: str | None, at: datetime, services: Services, people: People
) -> set[Group]:
    """As they held when it happened. Those that come from the owner need one."""
    found: set[tuple[str, str | None]] = set()
    for row in services.rows:
        if row.service_id != service_id or not holds_at(row, at):
            continue
        found |= {("service", service_id), ("organisation", "all")}
        found |= {("criticality", row.criticality), ("mission", row.mission)}
        for owner in people.owners_at(service_id, at):
            for team in people.teams_at(owner.team_id, at):
                found |= {("team", owner.team_id), ("maturity_band", owner.maturity_band)}
                found |= {("division", team.division)}
                found |= {("division_criticality", crossed(team.division, row.criticality))}
    return {(family, key) for family, key in found if key is not None}


def crossed(one: str | None, other: str | None) -> str | None:
    return None if one is None or other is None else f"{one} × {other}"


def groups_of_person(person_id: str, period: Period, people: People) -> set[Group]:
    """Frozen at the end of the period: someone who moved counts where they were when it closed,
    someone who left where they were last. Who was on no roster in the period is in no group."""
    row = row_at_end(person_id, period, people)
    if row is None:
        return set()
    team_id, division = team_at_end(person_id, period, people)
    tenure = tenure_band(row, period)
    found: set[tuple[str, str | None]] = {
        ("organisation", "all"),
        ("team", team_id),
        ("division", division),
        ("role_family", row.role_family),
        ("tenure_band", tenure),
        ("time_zone_band", time_zone_band(row, period)),
        ("work_modality", row.work_modality),
        ("division_tenure_band", crossed(division, tenure)),
    }
    return {(family, key) for family, key in found if key is not None}


def overlaps(row: Person | Membership | Team, period: Period) -> bool:
    return row.valid_from < period.end and (row.valid_to is None or row.valid_to > period.start)


def row_at_end(person_id: str, period: Period, people: People) -> Person | None:
    rows = [row for row in people.roster if row.person_id == person_id and overlaps(row, period)]
    return max(rows, key=lambda row: row.valid_from, default=None)


def team_at_end(person_id: str, period: Period, people: People) -> tuple[str | None, str | None]:
    """The team of the membership that lasted longest into the period, then the one that they give
    most of their time to, then the one that they joined first."""
    memberships = [
        one for one in people.memberships if one.person_id == person_id and overlaps(one, period)
    ]
    memberships.sort(
        key=lambda one: (
            -min(one.valid_to or FAR_AHEAD, period.end).timestamp(),
            -one.allocation,
            one.valid_from,
            one.team_id,
        )
    )
    for one in memberships:
        teams = [t for t in people.teams if t.team_id == one.team_id and overlaps(t, period)]
        if teams:
            team = max(teams, key=lambda row: row.valid_from)
            return team.team_id, team.division
    return None, None


def tenure_band(row: Person, period: Period) -> str | None:
    if row.hired_on is None:
        return None
    days = (period.end.date() - row.hired_on.date()).days
    if days < 365.25 * threshold("tenure_new_years"):
        return "under 1 year"
    if days < 365.25 * threshold("tenure_established_years"):
        return "1 to 3 years"
    return "3 years and more"


def time_zone_band(row: Person, period: Period) -> str | None:
    if row.time_zone is None:
        return None
    offset = period.end.astimezone(row.time_zone).utcoffset()
    assert offset is not None
    hours = offset.total_seconds() / 3600
    for band in seed("reference/time_zone_bands"):
        if float(band["from_offset_hours"]) <= hours < float(band["below_offset_hours"]):
            return band["time_zone_band"]
    return None
