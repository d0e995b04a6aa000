"""The people system's CSV files: full lists, as known on the day of the extract.

Dates are ISO 8601, ``valid_to`` is exclusive and empty while the row holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from orchestration.sources.demo.visits import Extract
from orchestration.sources.demo.world import careers, dependencies, leave
from orchestration.sources.demo.world.calendar import FAR, day_of, span
from orchestration.sources.demo.world.organisation import (
    GITHUB,
    GITLAB,
    Membership,
    Organisation,
    Person,
    Team,
)
from orchestration.sources.write import Landing

Row = tuple[object, ...]

HEADERS: dict[str, tuple[str, ...]] = {
    "roster": (
        "employee_id",
        "name",
        "valid_from",
        "valid_to",
        "role_family",
        "level",
        "manager_employee_id",
        "time_zone",
        "location",
        "work_modality",
        "employment_type",
        "hired_on",
    ),
    "team_membership": (
        "employee_id",
        "team_id",
        "valid_from",
        "valid_to",
        "allocation_share",
    ),
    "teams": (
        "team_id",
        "team_name",
        "department",
        "division",
        "time_zone",
        "valid_from",
        "valid_to",
    ),
    "services": (
        "service_id",
        "service_name",
        "criticality",
        "mission",
        "repository",
        "pagerduty_service_id",
        "opsgenie_service_id",
        "valid_from",
        "valid_to",
    ),
    "service_ownership": (
        "service_id",
        "team_id",
        "valid_from",
        "valid_to",
        "maturity_band_at_takeover",
    ),
    "identities": ("employee_id", "system", "identity"),
    "service_dependencies": (
        "service_id",
        "depends_on_service_id",
        "valid_from",
        "valid_to",
    ),
    "time_off": (
        "time_off_id",
        "employee_id",
        "first_day",
        "last_day",
        "day_portion",
        "status",
    ),
    "leave_allowance": ("employee_id", "valid_from", "valid_to", "allowance_days"),
    "holidays": ("location", "holiday_on"),
    "promotions": ("employee_id", "promoted_on", "from_level", "to_level"),
    "exits": ("employee_id", "last_day", "is_regretted"),
}


def write_people(landing: Landing, extract: Extract, organisation: Organisation) -> None:
    """The people system's full lists on the day of the visit."""
    today = day_of(extract.at)
    for stream, header in HEADERS.items():
        found = rows(organisation, stream, today)
        landing.table("people", stream, extract.folder, header, found)


def rows(organisation: Organisation, stream: str, today: int) -> Iterator[Row]:
    """The rows of a stream, without the header, as known on the day ``today``."""
    return _READERS[stream](organisation, today)


def _roster(organisation: Organisation, today: int) -> Iterator[Row]:
    belonged: dict[str, list[tuple[Membership, Team]]] = {}
    for team in organisation.teams.values():
        for membership in team.memberships:
            belonged.setdefault(membership.person.employee_id, []).append((membership, team))
    for person in organisation.people:
        if person.hired <= today:
            mine = belonged.get(person.employee_id, [])
            yield from _versions(organisation, person, mine, today)


def _versions(
    organisation: Organisation, person: Person, mine: list[tuple[Membership, Team]], today: int
) -> Iterator[Row]:
    """One row for each span of days in which nothing about a person changed."""
    changes = {person.hired, max(person.hired, organisation.period.start)}
    for history in (person.levels, person.sites, person.modalities):
        changes |= {start for start, _ in history}
    for membership, team in mine:
        changes.add(membership.start)
        changes |= {start for start, _ in team.managers}
    days = sorted(d for d in changes if person.hired <= d < person.left and d <= today)
    spans: list[tuple[int, tuple[str, ...]]] = []
    for day in days:
        current = next((t for m, t in mine if m.start <= day < m.end), None)
        described = _described(organisation, person, current, day)
        if spans and spans[-1][1] == described:
            continue
        spans.append((day, described))
    ends = [day for day, _ in spans[1:]] + [person.left]
    for (day, described), end in zip(spans, ends, strict=True):
        family, level, manager, zone, location, modality, employment = described
        yield (
            person.employee_id,
            person.name,
            *span(day, end, today),
            family,
            level,
            manager,
            zone,
            location,
            modality,
            employment,
            date.fromordinal(person.hired).isoformat(),
        )


def _described(
    organisation: Organisation, person: Person, team: Team | None, day: int
) -> tuple[str, ...]:
    site = person.site(day)
    manager = ""
    # Who led whom before the period is not in the system.
    if day >= organisation.period.start:
        boss = organisation.manager(person, team, day)
        manager = boss.employee_id if boss else ""
    modality = next(m for start, m in reversed(person.modalities) if start <= day)
    return (
        person.role_family,
        person.level(day),
        manager,
        site.zone,
        site.location,
        modality,
        person.employment_type,
    )


def _team_membership(organisation: Organisation, today: int) -> Iterator[Row]:
    memberships = [m for t in organisation.teams.values() for m in t.memberships]
    memberships.sort(key=lambda m: (m.person.employee_id, m.start, m.team_id))
    for m in memberships:
        if m.start <= today and m.start < m.end:
            validity = span(m.start, m.end, today)
            yield m.person.employee_id, m.team_id, *validity, m.share


def _teams(organisation: Organisation, today: int) -> Iterator[Row]:
    for team in organisation.teams.values():
        for v in team.versions:
            if v.start <= today:
                yield (
                    team.team_id,
                    v.name,
                    v.department,
                    v.division,
                    team.site.zone,
                    *span(v.start, v.end, today),
                )


def _services(organisation: Organisation, today: int) -> Iterator[Row]:
    for s in organisation.services:
        if s.born <= today:
            yield (
                s.service_id,
                s.name,
                s.criticality,
                s.mission,
                s.repository,
                s.pager_id if s.tools == GITHUB else "",
                s.pager_id if s.tools == GITLAB else "",
                *span(s.born, FAR, today),
            )


def _service_ownership(organisation: Organisation, today: int) -> Iterator[Row]:
    for s in organisation.services:
        for o in s.owners:
            if o.start <= today:
                yield (
                    s.service_id,
                    o.team.team_id,
                    *span(o.start, o.end, today),
                    o.band,
                )


def _identities(organisation: Organisation, today: int) -> Iterator[Row]:
    """Single sign-on: everybody has an account in every tool."""
    for person in organisation.people:
        if person.hired > today:
            continue
        for start, account in person.accounts:
            if start <= today:
                yield person.employee_id, "github", account.login
        # GitLab knows people by username, and the authors of commits by address.
        yield person.employee_id, "gitlab", person.accounts[0][1].username
        yield person.employee_id, "gitlab", person.email
        yield person.employee_id, "pagerduty", person.pagerduty_id
        yield person.employee_id, "opsgenie", person.email
        yield person.employee_id, "support", person.support_id


_READERS = {
    "roster": _roster,
    "team_membership": _team_membership,
    "teams": _teams,
    "services": _services,
    "service_ownership": _service_ownership,
    "identities": _identities,
    "service_dependencies": dependencies.rows,
    "time_off": leave.time_off,
    "leave_allowance": leave.allowances,
    "holidays": leave.holidays,
    "promotions": careers.promotions,
    "exits": careers.exits,
}
