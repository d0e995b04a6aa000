"""Who works where and when: roster, teams, memberships, ownership, and whose login is whose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.truth.landing import Landing, Record
from tests.truth.moments import day, holds_at, midnight, on_clock, zone


@dataclass(frozen=True)
class Team:
    team_id: str
    team_name: str
    department: str | None
    division: str | None
    time_zone: ZoneInfo | None
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True)
class Ownership:
    service_id: str
    team_id: str
    maturity_band: str | None
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True)
class Membership:
    person_id: str
    team_id: str
    allocation: float
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True)
class Person:
    person_id: str
    time_zone: ZoneInfo | None
    role_family: str | None
    work_modality: str | None
    hired_on: datetime | None
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True)
class Dependency:
    service_id: str
    needs: str
    valid_from: datetime
    valid_to: datetime | None


def validity(record: Record) -> tuple[datetime, datetime | None]:
    valid_from = day(record["valid_from"])
    assert valid_from is not None
    return valid_from, day(record.get("valid_to"))


class People:
    def __init__(self, landing: Landing) -> None:
        self.roster = [
            Person(
                record["employee_id"],
                zone(record.get("time_zone")),
                record.get("role_family"),
                record.get("work_modality"),
                day(record.get("hired_on")),
                *validity(record),
            )
            for record in landing.newest("people", "roster")
        ]
        self.teams = [
            Team(
                record["team_id"],
                record["team_name"],
                record.get("department"),
                record.get("division"),
                zone(record.get("time_zone")),
                *validity(record),
            )
            for record in landing.newest("people", "teams")
        ]
        self.ownerships = [
            Ownership(
                record["service_id"],
                record["team_id"],
                record.get("maturity_band_at_takeover"),
                *validity(record),
            )
            for record in landing.newest("people", "service_ownership")
        ]
        self.memberships = [
            Membership(
                record["employee_id"],
                record["team_id"],
                float(record.get("allocation_share") or 1),
                *validity(record),
            )
            for record in landing.newest("people", "team_membership")
        ]
        self.dependencies = [
            Dependency(record["service_id"], record["depends_on_service_id"], *validity(record))
            for record in landing.newest("people", "service_dependencies")
        ]
        # What ended before it began never held.
        self.ownerships = [one for one in self.ownerships if lasts(one)]
        self.memberships = [one for one in self.memberships if lasts(one)]
        self.dependencies = [
            one for one in self.dependencies if lasts(one) and one.service_id != one.needs
        ]
        self.claims: dict[tuple[str, str], set[str]] = {}
        for record in landing.newest("people", "identities"):
            login = (record["system"].lower(), record["identity"].lower())
            self.claims.setdefault(login, set()).add(record["employee_id"])

    def person_of(self, system: str | None, identity: str | None) -> str | None:
        """An identity that two people claim matches neither."""
        if system is None or identity is None:
            return None
        claims = self.claims.get((system, identity.lower()), set())
        return next(iter(claims)) if len(claims) == 1 else None

    def owners_at(self, service_id: str | None, at: datetime) -> list[Ownership]:
        return [
            one for one in self.ownerships if one.service_id == service_id and holds_at(one, at)
        ]

    def teams_at(self, team_id: str, at: datetime) -> list[Team]:
        return [one for one in self.teams if one.team_id == team_id and holds_at(one, at)]

    def clock_at(self, service_id: str | None, at: datetime) -> ZoneInfo | None:
        """On whose clock the events of a service count: that of the team that owns it then."""
        for owner in sorted(self.owners_at(service_id, at), key=lambda one: one.team_id):
            for team in self.teams_at(owner.team_id, at):
                if team.time_zone is not None:
                    return team.time_zone
        return None

    def counted_on(self, service_id: str | None, at: datetime) -> datetime:
        """The date on which an event of a service counts."""
        return midnight(on_clock(at, self.clock_at(service_id, at)))

    def teams_of_person_at(self, person_id: str, at: datetime) -> set[str]:
        return {
            one.team_id
            for one in self.memberships
            if one.person_id == person_id and holds_at(one, at)
        }

    def zone_at(self, person_id: str | None, at: datetime) -> ZoneInfo | None:
        rows = [one for one in self.roster if one.person_id == person_id and holds_at(one, at)]
        return max(rows, key=lambda row: row.valid_from).time_zone if rows else None


def lasts(row: Ownership | Membership | Dependency) -> bool:
    return row.valid_to is None or row.valid_to > row.valid_from
