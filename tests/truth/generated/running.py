"""Deployments, incidents, defects and nights: what becomes of the code."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.truth.generated.draft import Draft
from tests.truth.generated.times import hours, moments, text

STATUSES = ["success"] * 8 + ["failure", "cancelled", "in_progress"]
ENVIRONMENTS = ["production"] * 8 + ["prod", "staging", "nowhere"]


def add_deployments(draft: Draft) -> None:
    """What was put on the default branch goes out more or less in order. Some of it fails and is
    carried on, versions come back, and two deployments end in one second."""
    for service in draft.services:
        repository = draft.repository_of[service]
        for commit, at in draft.mainline.get(repository or "", []):
            if draft.happens(4):
                continue
            finished_at = at + draft.at(hours(-1, 20))
            deploy(draft, service, commit, finished_at)
            if commit in draft.reverts:
                draft.ways_back.append((service, finished_at))
            if draft.happens(4):
                earlier, _ = draft.one(draft.mainline[repository or ""])
                finished_at += draft.at(hours(0, 6))
                deploy(draft, service, earlier, finished_at)
                draft.ways_back.append((service, finished_at))
        for _ in range(draft.count(0, 2)):
            deploy(draft, service, None, draft.at(moments(draft.anchor, 18)))


def deploy(draft: Draft, service: str, commit: str | None, finished_at: datetime) -> None:
    repository = draft.repository_of[service]
    number = len(draft.deployments)
    name = f"@@y{number}"
    draft.add(
        "generic/deployments",
        deployment_id=name,
        # A repository of its own stands for the service where none is named.
        service_id=draft.maybe(service, 8),
        repository=draft.maybe(repository, 5),
        environment=draft.one(ENVIRONMENTS),
        status=draft.one(STATUSES),
        started_at=text(draft.maybe(finished_at - draft.at(hours(0, 2)), 5)),
        finished_at=text(draft.maybe(finished_at, 15)),
        commit_sha=draft.maybe(commit, 10) if commit else None,
        is_unplanned=True if draft.happens(8) else None,
        rolled_back_deployment_id=draft.one(list(draft.deployments))
        if draft.deployments and draft.happens(8)
        else None,
    )
    draft.deployments[name] = (service, finished_at)
    if commit and draft.happens(5):
        listed, _ = draft.one(draft.mainline[repository or ""])
        draft.add("generic/deployment_commits", deployment_id=name, commit_sha=listed)
    if commit and repository and draft.happens(6):
        repeat_on_github(draft, number, repository, commit, finished_at)


def repeat_on_github(
    draft: Draft, number: int, repository: str, commit: str, finished_at: datetime
) -> None:
    """Another tool tells of the same deployment, some minutes before or after, or far too late."""
    later = draft.one([timedelta(minutes=minutes) for minutes in (-15, -3, 0, 15, 16, 90)])
    record = {"repository": repository, "environment": "production", "sha": commit}
    at = text(finished_at + later)
    name = f"@@number{number}"
    draft.add("github/deployments", id=name, created_at=at, updated_at=at, **record)
    draft.add(
        "github/deployment_statuses",
        id=name,
        deployment_id=name,
        state="success",
        created_at=at,
        updated_at=at,
        repository=repository,
    )


def add_incidents(draft: Draft) -> None:
    """Open or not, before any deployment or long after, and some that are over before they were
    noticed."""
    for number in range(draft.count(2, 8)):
        service = draft.one([*draft.services, "@@elsewhere"])
        started_at = draft.at(moments(draft.anchor, 19))
        if draft.deployments and not draft.happens(4):
            # After a deployment, of the same service or of one that may need it; or shortly
            # before a way back.
            deployed, finished_at = draft.one(list(draft.deployments.values()))
            service = draft.one([deployed, deployed, draft.one(draft.services)])
            started_at = finished_at + draft.at(hours(-1, 26))
        if draft.ways_back and draft.happens(3):
            service, finished_at = draft.one(draft.ways_back)
            started_at = finished_at - draft.at(hours(0, 5))
        detected_at = draft.maybe(started_at + draft.at(hours(0, 2)), 3)
        resolved_at = draft.maybe((detected_at or started_at) + draft.at(hours(-1, 30)), 4)
        commits = [sha for many in draft.mainline.values() for sha, _ in many]
        draft.add(
            "generic/incidents",
            incident_id=f"@@i{number}",
            service_id=draft.maybe(service, 12),
            started_at=text(started_at),
            detected_at=text(detected_at),
            resolved_at=text(resolved_at),
            root_cause=draft.maybe(draft.one(["capacity", "code"]), 3),
            caused_by_deployment_id=draft.one([*draft.deployments, "unknown"])
            if draft.happens(5)
            else None,
            caused_by_commit_sha=draft.one(commits) if commits and draft.happens(5) else None,
        )
        if service in draft.services and "people/services" in draft.streams and draft.happens(3):
            repeat_on_pagerduty(draft, number, service, detected_at or started_at)


def repeat_on_pagerduty(draft: Draft, number: int, service: str, at: datetime) -> None:
    """A paging tool noticed the same outage within minutes, or a little too late for that."""
    at += draft.one([timedelta(minutes=minutes) for minutes in (-10, -2, 0, 10, 11)])
    is_over = draft.happens(2)
    draft.add(
        "pagerduty/incidents",
        id=f"PI@@{number}",
        status="resolved" if is_over else "triggered",
        service={"id": f"PD{service}"},
        created_at=text(at),
        updated_at=text(at),
        resolved_at=text(at + draft.at(hours(0, 9))) if is_over else None,
    )


def add_defects(draft: Draft) -> None:
    for number in range(draft.count(0, 4)):
        created_at = draft.at(moments(draft.anchor, 19))
        draft.add(
            "generic/defects",
            defect_id=f"@@f{number}",
            service_id=draft.one(draft.services),
            created_at=text(created_at),
            resolved_at=text(draft.maybe(created_at + draft.at(hours(-2, 200)), 3)),
            found_in=draft.maybe(draft.one(["Production", "staging", "on a train"]), 4),
        )


def add_nights(draft: Draft) -> None:
    """Shifts that overlap and pages at any hour, by two tools that can call at once."""
    for place, person in enumerate(draft.people):
        draft.add("pagerduty/users", id=person, time_zone=draft.maybe("Europe/Lisbon"))
        for number in range(draft.count(0, 2)):
            start = draft.at(moments(draft.anchor))
            draft.add(
                "pagerduty/oncalls",
                user={"id": person},
                schedule={"id": f"PS@@{number}"},
                escalation_policy={"id": "PE@@"},
                escalation_level=1,
                start=text(start),
                end=text(draft.maybe(start + draft.at(hours(0, 300)), 6)),
            )
        for number in range(draft.count(0, 4)):
            at = draft.at(moments(draft.anchor))
            draft.add(
                "pagerduty/log_entries",
                id=f"PL@@{place}n{number}",
                type="notify_log_entry",
                user={"id": person},
                created_at=text(at),
            )
            if draft.happens(3):
                at += draft.one([timedelta(minutes=minutes) for minutes in (-2, 1, 3)])
                draft.add(
                    "opsgenie/alerts",
                    id=f"OA@@{place}n{number}",
                    status="closed",
                    owner=person,
                    createdAt=text(at),
                    updatedAt=text(at),
                )
