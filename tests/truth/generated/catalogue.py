"""Services, teams, owners and people of an organisation that declares them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.truth.generated.draft import Draft
from tests.truth.generated.times import date, hours, moments

EVER = datetime(2024, 1, 1, tzinfo=UTC)
ZONES = ["UTC", "Asia/Kolkata", "America/St_Johns", "Europe/Berlin", "Pacific/Auckland"]


def add_services(draft: Draft, *, is_declared: bool) -> None:
    """One to three: in a repository of their own, in one that they share, or in none."""
    n = draft.count(1, 3)
    draft.services = [f"@@s{number}" for number in range(n)]
    is_shared = n > 1 and draft.happens(3)
    for number, service in enumerate(draft.services):
        own = f"@@/r{0 if is_shared and number < 2 else number}"
        draft.repository_of[service] = None if draft.happens(8) else own
        if not is_declared:
            continue
        is_retired = draft.happens(6)
        # A name can be another service's id.
        name = draft.services[-1] if draft.happens(8) else f"Service {service}"
        draft.add(
            "people/services",
            service_id=service,
            service_name=name,
            repository=draft.repository_of[service],
            criticality=draft.maybe(draft.one(["tier_1", "tier_2"]), 5),
            mission=draft.one(["product", "platform"]),
            pagerduty_service_id=f"PD{service}",
            opsgenie_service_id=f"OG{service}",
            valid_from=date(EVER if draft.happens(2) else draft.at(moments(draft.anchor, 5))),
            valid_to=date(draft.at(moments(draft.anchor + timedelta(days=8), 8)))
            if is_retired
            else None,
        )
    if is_declared and n > 1:
        for _ in range(draft.count(1, 3)):
            draft.add(
                "people/service_dependencies",
                service_id=draft.one(draft.services),
                depends_on_service_id=draft.one(draft.services),
                valid_from=date(EVER),
                valid_to=date(draft.maybe(draft.at(moments(draft.anchor)), 2)),
            )


def add_teams(draft: Draft) -> list[str]:
    """Teams that stay, are renamed, move to another division, get another clock, or end."""
    teams = [f"@@t{number}" for number in range(draft.count(1, 4))]
    for team in teams:
        row = {
            "team_id": team,
            "team_name": team,
            "department": "one",
            "division": draft.maybe(f"@@d{draft.count(0, 1)}", 5),
            "time_zone": draft.maybe(draft.one([*ZONES, "Nowhere/Land"]), 4),
        }
        what = draft.one(["stays", "renamed", "moved", "another clock", "ends", "founded"])
        day = draft.at(moments(draft.anchor))
        if what == "stays":
            draft.add("people/teams", **row, valid_from=date(EVER))
        elif what == "ends":
            draft.add("people/teams", **row, valid_from=date(EVER), valid_to=date(day))
        elif what == "founded":
            draft.add("people/teams", **row, valid_from=date(day))
        else:
            after = {
                "renamed": {"team_name": f"{team} anew"},
                "moved": {"division": "@@d9"},
                "another clock": {"time_zone": "Asia/Tokyo"},
            }[what]
            draft.add("people/teams", **row, valid_from=date(EVER), valid_to=date(day))
            draft.add("people/teams", **{**row, **after}, valid_from=date(day))
    return teams


def add_owners(draft: Draft, teams: list[str]) -> None:
    """No owner, one, or one after another, with or without days between."""
    bands = ["own_debt", "inherited_debt"]
    for service in draft.services:
        at = EVER
        for _ in range(draft.one([0, 1, 2, 2])):
            until = draft.maybe(draft.at(moments(max(at, draft.anchor))))
            draft.add(
                "people/service_ownership",
                service_id=service,
                team_id=draft.one(teams),
                maturity_band_at_takeover=draft.maybe(draft.one(bands), 4),
                valid_from=date(at),
                valid_to=date(until),
            )
            if until is None:
                break
            at = until + draft.one([timedelta(0), timedelta(days=3)])


def add_people(draft: Draft, teams: list[str]) -> None:
    """With one login or two, in one team or two, who move, and who are not on the roster yet."""
    draft.people = [f"@@p{number}" for number in range(draft.count(1, 4))]
    for person in draft.people:
        day = draft.at(moments(draft.anchor))
        row = {
            "employee_id": person,
            "name": person,
            "role_family": draft.one(["backend", "operations"]),
            "work_modality": draft.maybe("remote", 3),
            "hired_on": date(draft.maybe(draft.anchor - 30 * draft.at(hours(0, 1000)), 5)),
        }
        zone = draft.maybe(draft.one(ZONES), 5)
        if draft.happens(3):
            draft.add(
                "people/roster", **row, time_zone=zone, valid_from=date(EVER), valid_to=date(day)
            )
            zone = draft.one(ZONES)
            draft.add("people/roster", **row, time_zone=zone, valid_from=date(day))
        else:
            draft.add("people/roster", **row, time_zone=zone, valid_from=date(EVER))
        for login in [person, *([f"{person}-second"] if draft.happens(3) else [])]:
            draft.add("people/identities", employee_id=person, system="generic", identity=login)
        for system in ("pagerduty", "opsgenie"):
            draft.add("people/identities", employee_id=person, system=system, identity=person)
        team = draft.one(teams)
        draft.add(
            "people/team_membership",
            employee_id=person,
            team_id=team,
            valid_from=date(EVER),
            valid_to=date(draft.maybe(day, 2)),
            allocation_share=draft.one([0.4, 0.5, 1]),
        )
        if draft.happens(3):
            draft.add(
                "people/team_membership",
                employee_id=person,
                team_id=draft.one([one for one in teams if one != team] or teams),
                valid_from=date(day),
                allocation_share=0.5,
            )
    if draft.happens(5):
        # A login that two people claim is nobody's.
        draft.add(
            "people/identities",
            employee_id=draft.people[-1],
            system="generic",
            identity=draft.people[0],
        )
