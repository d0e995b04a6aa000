"""What an extractor of PagerDuty writes in one visit."""

from __future__ import annotations

from orchestration.sources.demo.planted import Planted
from orchestration.sources.demo.vendors import pagerduty_objects as pagerduty
from orchestration.sources.demo.visits import Extract
from orchestration.sources.demo.work.incidents import Incident
from orchestration.sources.demo.world.calendar import day_of
from orchestration.sources.demo.world.organisation import GITHUB, Organisation
from orchestration.sources.demo.world.rotations import Rotations
from orchestration.sources.write import Landing


def write_incidents(landing: Landing, extract: Extract, incidents: list[Incident]) -> None:
    """Incidents and their log for one visit."""
    for incident in incidents:
        if incident.created_at > extract.at:
            continue
        if extract.holds(incident.updated_at(extract.at)):
            record = pagerduty.incident(incident, extract.at)
            landing.add("pagerduty", "incidents", extract.folder, record)
        for entry in incident.entries:
            if extract.holds(entry.at):
                record = pagerduty.log_entry(entry, incident)
                landing.add("pagerduty", "log_entries", extract.folder, record)


def write_duty(
    landing: Landing,
    extract: Extract,
    organisation: Organisation,
    rotations: Rotations,
    planted: Planted,
) -> None:
    """PagerDuty's services, users, schedules and on-calls for one visit."""
    at, today, folder = extract.at, day_of(extract.at), extract.folder
    is_last = at == organisation.period.as_of
    for service in organisation.services:
        if service.tools == GITHUB and service.pager_id and service.born <= today:
            owner = service.owner(today)
            record = pagerduty.service(service, owner.team if owner else None, at)
            landing.add("pagerduty", "services", folder, record)
    for person in organisation.people:
        if person.hired <= today:
            landing.add("pagerduty", "users", folder, pagerduty.user(person, at))
    for team in organisation.teams.values():
        if team.tools != GITHUB or team.versions[0].start > today:
            continue
        shifts = rotations.shifts(team)
        if not shifts:
            person = rotations.on_call(team, at)[0]
            record = pagerduty.on_call(person, team, 1, None, None, at)
            landing.add("pagerduty", "oncalls", folder, record)
            if is_last:
                planted.record("permanent_on_call", user_id=person.pagerduty_id)
        else:
            record = pagerduty.schedule(team, at)
            landing.add("pagerduty", "schedules", folder, record)
        for shift in shifts:
            if shift.start > at or shift.end < extract.since:
                continue
            for level, person in enumerate(shift.people, start=1):
                record = pagerduty.on_call(person, team, level, shift.start, shift.end, at)
                landing.add("pagerduty", "oncalls", folder, record)
    record = pagerduty.on_call(organisation.catch_all, None, 1, None, None, at)
    landing.add("pagerduty", "oncalls", folder, record)
    if is_last:
        planted.record("permanent_on_call", user_id=organisation.catch_all.pagerduty_id)
