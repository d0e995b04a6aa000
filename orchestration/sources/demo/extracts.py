"""Which extract holds what: a full one, then increments with an overlap.

An extractor asks for what changed since shortly before its last visit, so the same
object comes twice, in an older and a newer version.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.sources.demo import github_objects as github
from orchestration.sources.demo import pagerduty_objects as pagerduty
from orchestration.sources.demo import support
from orchestration.sources.demo.calendar import DAY, Period, day_of, iso
from orchestration.sources.demo.history import History, Issue, Ticket, WorkflowRun
from orchestration.sources.demo.incidents import Incident
from orchestration.sources.demo.organisation import Organisation, Repository
from orchestration.sources.demo.people_rows import HEADERS, rows
from orchestration.sources.demo.planted import Planted
from orchestration.sources.demo.rotations import Rotations
from orchestration.sources.write import Landing

# Visits before as_of, in days: the first is full, the others ask for what changed.
VISITS = (106, 44, 0)
OVERLAP = 3 * DAY
# One repository in so many has its pull requests among its issues; in the others the
# extractor asked for issues only.
PULLS_AS_ISSUES_EVERY = 12


@dataclass(frozen=True, slots=True)
class Extract:
    """One visit: everything known at ``at`` that changed at ``since`` or later."""

    at: int
    since: int

    @property
    def folder(self) -> str:
        return iso(self.at).replace(":", "-")

    def holds(self, moment: int) -> bool:
        return self.since <= moment <= self.at


def extracts(period: Period) -> tuple[Extract, ...]:
    """The visits within the period, oldest first."""
    moments = [period.as_of - days * DAY for days in VISITS]
    moments = [at for at in moments if day_of(at) > period.start + 7]
    since = [0, *(at - OVERLAP for at in moments[:-1])]
    return tuple(Extract(*pair) for pair in zip(moments, since, strict=True))


def write_repository(
    landing: Landing, extract: Extract, repository: Repository, history: History
) -> None:
    """All GitHub streams of one repository for one visit."""
    name, at, folder = repository.full_name, extract.at, extract.folder
    repo = github.repository_object(name, repository.number)

    def add(stream: str, record: dict[str, object]) -> None:
        landing.add("github", stream, folder, record)

    for pull in history.pulls:
        if pull.created_at > at or not extract.holds(pull.updated_at(at)):
            continue
        add("pull_requests", github.pull_request(pull, name, repo, at))
        for review in pull.reviews:
            if review.submitted_at <= at:
                add("reviews", github.review(review, pull, name, at))
                for comment in github.review_comments(review, pull, name, at):
                    add("review_comments", comment)
        for commit in pull.commits:
            if commit.committed_at <= at:
                record = github.pull_request_commit(commit, pull, name, at)
                add("pull_request_commits", record)
    for commit in history.commits:
        # By the day it reached the branch: a branch may be older than the window.
        if commit.reached_at is not None and extract.holds(commit.reached_at):
            add("commits", github.commit(commit, name, at))
    for deployment in history.deployments:
        if deployment.created_at > at or not extract.holds(deployment.updated_at(at)):
            continue
        add("deployments", github.deployment(deployment, name, at))
        for status in deployment.statuses:
            if status.created_at <= at:
                record = github.deployment_status(status, deployment, name, at)
                add("deployment_statuses", record)
    for release in history.releases:
        if extract.holds(release.published_at):
            add("releases", github.release(release, name, at))


def write_checks(
    landing: Landing, extract: Extract, repository: Repository, runs: list[WorkflowRun]
) -> None:
    """Attempts of workflow runs of one repository for one visit."""
    name, at = repository.full_name, extract.at
    repo = github.repository_object(name, repository.number)
    for run in runs:
        if run.started_at <= at and extract.holds(run.updated_at(at)):
            record = github.workflow_run(run, name, repo, at)
            landing.add("github", "workflow_runs", extract.folder, record)


def write_issues(
    landing: Landing,
    extract: Extract,
    repository: Repository,
    issues: list[Issue],
    history: History,
    planted: Planted,
) -> None:
    """Issues of one repository for one visit, in some with the pull requests."""
    name, at, folder = repository.full_name, extract.at, extract.folder
    for issue in issues:
        if issue.created_at <= at and extract.holds(issue.updated_at(at)):
            landing.add("github", "issues", folder, github.issue(issue, name, at))
    if repository.number % PULLS_AS_ISSUES_EVERY == 1 and planted.planned(
        "pull_requests_as_issues"
    ):
        for pull in history.pulls:
            if pull.created_at <= at and extract.holds(pull.updated_at(at)):
                record = github.pull_request_as_issue(pull, name, at)
                landing.add("github", "issues", folder, record)
        if not extract.since:
            planted.record("pull_requests_as_issues", repository=name)


def write_tickets(landing: Landing, extract: Extract, tickets: list[Ticket]) -> None:
    """Support tickets for one visit."""
    for ticket in tickets:
        if ticket.opened_at <= extract.at and extract.holds(ticket.updated_at(extract.at)):
            record = support.ticket(ticket, extract.at)
            landing.add("support", "tickets", extract.folder, record)


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
        if service.pagerduty_id and service.born <= today:
            owner = service.owner(today)
            record = pagerduty.service(service, owner.team if owner else None, at)
            landing.add("pagerduty", "services", folder, record)
    for person in organisation.people:
        if person.hired <= today:
            landing.add("pagerduty", "users", folder, pagerduty.user(person, at))
    for team in organisation.teams.values():
        if team.versions[0].start > today:
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


def write_people(landing: Landing, extract: Extract, organisation: Organisation) -> None:
    """The people system's full lists on the day of the visit."""
    today = day_of(extract.at)
    for stream, header in HEADERS.items():
        found = rows(organisation, stream, today)
        landing.table("people", stream, extract.folder, header, found)
