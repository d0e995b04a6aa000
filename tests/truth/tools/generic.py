"""Any tool's extracts in the generic form."""

from __future__ import annotations

import re
from datetime import datetime

from tests.truth.definitions import environment_class
from tests.truth.landing import Landing, changed_lines
from tests.truth.moments import moment
from tests.truth.records import (
    Commit,
    Deployment,
    Incident,
    Issue,
    PullRequest,
    PullRequestCommit,
    Review,
)

OUTCOMES = {"success", "failure", "cancelled", "in_progress"}
PLACES = {"production", "staging", "development"}


def texts(value: object, separator: str) -> tuple[str, ...] | None:
    """A list of texts, or one text with a separator."""
    if value is None:
        return None
    if isinstance(value, list):
        return tuple(value)
    return tuple(re.split(separator, str(value)))


def commits(landing: Landing) -> list[Commit]:
    """The list does not say which branch a commit is on: what was merged or deployed is surely on
    the default branch."""
    landed = {r.get("merge_commit_sha") for r in all_pull_requests(landing) if r.get("merged_at")}
    landed |= {r.get("commit_sha") for r in all_deployments(landing)}
    return [
        Commit(
            repository=record.get("repository"),
            sha=record["commit_sha"],
            parents=texts(record.get("parents"), " +"),
            system="generic",
            author=record.get("author_identity"),
            message=record.get("message"),
            authored_at=moment(record.get("authored_at")),
            committed_at=moment(record.get("committed_at")),
            is_on_default_branch=record["commit_sha"] in landed,
        )
        for record in landing.latest(
            "generic", "commits", lambda r: (r.get("repository"), r["commit_sha"])
        )
    ]


def all_pull_requests(landing: Landing) -> list[dict[str, str]]:
    return landing.latest("generic", "pull_requests", lambda r: r["pull_request_id"])


def all_deployments(landing: Landing) -> list[dict[str, str]]:
    return landing.latest(
        "generic", "deployments", lambda r: r["deployment_id"], lambda r: r.get("finished_at")
    )


def pull_requests(landing: Landing) -> list[PullRequest]:
    return [
        PullRequest(
            pull_request_id=record["pull_request_id"],
            system="generic",
            repository=record["repository"],
            number=None if record.get("number") is None else int(record["number"]),
            author=record.get("author_identity"),
            author_type=record.get("author_type"),
            title=record.get("title"),
            labels=texts(record.get("labels"), ", *") or (),
            head_branch=record.get("head_branch"),
            base_branch=record.get("base_branch"),
            merge_commit=record.get("merge_commit_sha"),
            created_at=moment(record.get("created_at")),
            n_changed_lines=changed_lines(record),
            ready_at=moment(record.get("ready_at")),
            merged_at=moment(record.get("merged_at")),
        )
        for record in all_pull_requests(landing)
    ]


def pull_request_commits(landing: Landing) -> list[PullRequestCommit]:
    return [
        PullRequestCommit(
            system="generic",
            pull_request_id=record["pull_request_id"],
            sha=record["commit_sha"],
            authored_at=moment(record.get("authored_at")),
        )
        for record in landing.latest(
            "generic", "pull_request_commits", lambda r: (r["pull_request_id"], r["commit_sha"])
        )
    ]


def reviews(landing: Landing) -> list[Review]:
    return [
        Review(
            review_id=record["review_id"],
            system="generic",
            pull_request_id=record["pull_request_id"],
            reviewer=record.get("reviewer_identity"),
            submitted_at=moment(record.get("submitted_at")),
        )
        for record in landing.latest(
            "generic", "reviews", lambda r: r["review_id"], lambda r: r.get("submitted_at")
        )
    ]


def deployments(
    landing: Landing, as_of: datetime, repositories_of_commit: dict[str, set[str]]
) -> list[Deployment]:
    """Where a deployment names no repository, the first by name of its commits'."""
    listed = listed_commits(landing)
    found = []
    for record in all_deployments(landing):
        name = record["deployment_id"]
        finished_at = moment(record.get("finished_at"))
        started_at = moment(record.get("started_at")) or finished_at
        if started_at is not None and started_at > as_of:
            continue
        brought = [record.get("commit_sha"), *listed.get(name, ())]
        of_commits = {r for sha in brought for r in repositories_of_commit.get(sha or "", ())}
        word = str(record["status"]).lower()
        status: str | None = word if word in OUTCOMES else None
        # What ends after the as-of date is still running on it.
        if finished_at is not None and finished_at > as_of:
            finished_at, status = None, "in_progress"
        found.append(
            Deployment(
                deployment_id=name,
                system="generic",
                repository=record.get("repository") or min(of_commits, default=None),
                environment=environment_class(record["environment"]) or "other",
                status=status,
                started_at=started_at,
                finished_at=None if word == "in_progress" else finished_at,
                commit=record.get("commit_sha"),
                is_declared_unplanned=str(record.get("is_unplanned")).lower() == "true",
                declared_rolled_back=record.get("rolled_back_deployment_id"),
                declared_service=record.get("service_id"),
            )
        )
    return found


def listed_commits(landing: Landing) -> dict[str, list[str]]:
    """What a tool says that a deployment brought, besides the commit that it deployed."""
    listed: dict[str, list[str]] = {}
    for record in landing.latest(
        "generic", "deployment_commits", lambda r: (r["deployment_id"], r["commit_sha"])
    ):
        listed.setdefault(record["deployment_id"], []).append(record["commit_sha"])
    return listed


def incidents(landing: Landing, as_of: datetime) -> list[Incident]:
    found = []
    for record in landing.latest("generic", "incidents", lambda r: r["incident_id"]):
        started_at = moment(record["started_at"])
        if started_at is None or started_at > as_of:
            continue
        found.append(
            Incident(
                incident_id=record["incident_id"],
                system="generic",
                alias_kind="catalogue",
                service_alias=record.get("service_id"),
                detected_at=moment(record.get("detected_at")) or started_at,
                resolved_at=moment(record.get("resolved_at")),
                root_cause=record.get("root_cause"),
                caused_by_deployment=record.get("caused_by_deployment_id"),
                caused_by_commit=record.get("caused_by_commit_sha"),
            )
        )
    return found


def issues(landing: Landing) -> list[Issue]:
    """A word for a place that no one knows is no place."""
    found = []
    for record in landing.latest("generic", "defects", lambda r: r["defect_id"]):
        created_at = moment(record["created_at"])
        place = str(record.get("found_in") or "").lower()
        if created_at is not None:
            found.append(
                Issue(
                    issue_id=record["defect_id"],
                    system="generic",
                    declared_service=record.get("service_id"),
                    declared_type="defect",
                    declared_found_in=place if place in PLACES else None,
                    created_at=created_at,
                    closed_at=moment(record.get("resolved_at")),
                )
            )
    return found
