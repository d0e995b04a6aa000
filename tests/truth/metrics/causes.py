"""What stands in the way of teams and none of them can remove alone."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from tests.truth.definitions import Profile
from tests.truth.facts import Facts
from tests.truth.metrics.figures import Figure, Figures, by_place
from tests.truth.moments import holds_at
from tests.truth.people import Team
from tests.truth.periods import Period
from tests.truth.statistics import quantile


def causes(facts: Facts, profile: Profile) -> Figures:
    return {
        **without_owner(facts),
        **handed_over(facts),
        **reorganised(facts),
        **reviewed_by_another_team(facts),
    }


def without_owner(facts: Facts) -> Figures:
    """Of declared services in use at the end of the period. Without any record of owners it is not
    known which have none."""
    found: Figures = {}
    for period in facts.months_and_quarters:
        services_of: dict[tuple[str, str], set[str]] = {}
        for row in facts.services.rows:
            if not row.is_declared or not holds_at(row, period.end):
                continue
            for family, key in facts.service_groups(row.service_id, period.end):
                if family in ("organisation", "criticality", "mission"):
                    services_of.setdefault((family, key), set()).add(row.service_id)
        for (family, key), services in services_of.items():
            n_without = float(
                sum(not facts.people.owners_at(service, period.end) for service in services)
            )
            known = n_without if facts.people.ownerships else None
            found[(family, key, period.period_id), "services_without_owner"] = Figure(
                known, known, float(len(services)), len(services)
            )
    return found


def handed_over(facts: Facts) -> Figures:
    """Counted for the groups in which the new owner puts the service. A zero stands for every
    group that had a service within the period."""
    takeovers: list[tuple[str, datetime]] = []
    services = {row.service_id for row in facts.services.rows}
    for service in services:
        owners = sorted(
            (one for one in facts.people.ownerships if one.service_id == service),
            key=lambda one: (one.valid_from, one.team_id),
        )
        for before, after in pairwise(owners):
            if before.team_id != after.team_id:
                takeovers.append((service, after.valid_from))
    found: Figures = {}
    for period in facts.months_and_quarters:
        taken: dict[tuple[str, str], set[str]] = {}
        for service in services:
            for family, key in groups_within(service, period, facts):
                taken.setdefault((family, key), set())
        for service, at in takeovers:
            if period.holds(at):
                for family, key in facts.service_groups(service, at):
                    if family in ("organisation", "division"):
                        taken.setdefault((family, key), set()).add(service)
        for (family, key), handed in taken.items():
            n = float(len(handed)) if facts.people.ownerships else None
            found[(family, key, period.period_id), "services_handed_over"] = Figure(
                n, n, None, int(n or 0)
            )
    return found


def groups_within(service: str, period: Period, facts: Facts) -> set[tuple[str, str]]:
    """Groups that a service was in at any time of the period: they can only begin where the
    service, an ownership or a team begins."""
    people = facts.people
    beginnings = [row.valid_from for row in facts.services.rows if row.service_id == service]
    beginnings += [one.valid_from for one in people.ownerships if one.service_id == service]
    beginnings += [team.valid_from for team in people.teams]
    moments = {period.start, *(at for at in beginnings if period.holds(at))}
    return {
        group
        for at in moments
        for group in facts.service_groups(service, at)
        if group[0] in ("organisation", "division")
    }


def reorganised(facts: Facts) -> Figures:
    """Teams that were founded, renamed, moved or dissolved. The day on which the history of teams
    begins founds nobody."""
    teams = facts.people.teams
    first_day = min((team.valid_from for team in teams), default=None)
    changes: list[tuple[Team, datetime]] = []
    for team in teams:
        rows = sorted(
            (one for one in teams if one.team_id == team.team_id), key=lambda one: one.valid_from
        )
        if team.valid_from != first_day and is_news(team, rows):
            changes.append((team, team.valid_from))
        if team == rows[-1] and team.valid_to is not None:
            changes.append((team, team.valid_to))
    found: Figures = {}
    for period in facts.months_and_quarters:
        changed: dict[tuple[str, str], set[str]] = {}
        for team in teams:
            if team.valid_from < period.end and (
                team.valid_to is None or team.valid_to >= period.start
            ):
                for group in groups_of(team):
                    changed.setdefault(group, set())
        for team, at in changes:
            if period.holds(at):
                for group in groups_of(team):
                    changed.setdefault(group, set()).add(team.team_id)
        for (family, key), names in changed.items():
            found[(family, key, period.period_id), "teams_reorganised"] = Figure(
                float(len(names)), float(len(names)), None, len(names)
            )
    return found


def is_news(team: Team, rows: list[Team]) -> bool:
    """A new row that only moves a team's clock re-organises nobody."""
    before = [one for one in rows if one.valid_from < team.valid_from]
    if not before or before[-1].valid_to != team.valid_from:
        return True
    last = before[-1]
    return (last.team_name, last.department, last.division) != (
        team.team_name,
        team.department,
        team.division,
    )


def groups_of(team: Team) -> set[tuple[str, str]]:
    found = {("organisation", "all")}
    return found if team.division is None else found | {("division", team.division)}


def reviewed_by_another_team(facts: Facts) -> Figures:
    changes = by_place(
        facts,
        facts.changes.deployed(),
        lambda change: change.deployed_at,
        lambda change: change.deployment.service_id if change.deployment else None,
    )
    found: Figures = {}
    for place, here in changes.items():
        if place[2].startswith("week"):
            continue
        known = [one for one in here if one.is_first_review_by_another_team is not None]
        others = [one for one in known if one.is_first_review_by_another_team]
        found[place, "share_of_changes_reviewed_by_another_team"] = Figure(
            len(others) / len(known) if known else None,
            float(len(others)),
            float(len(known)),
            len(known),
            len(here) - len(known),
        )
        waits = [one.pickup_seconds / 3600 for one in others if one.pickup_seconds is not None]
        found[place, "wait_for_another_team"] = Figure(
            quantile(waits, 0.5), None, None, len(waits), len(others) - len(waits)
        )
    return found
