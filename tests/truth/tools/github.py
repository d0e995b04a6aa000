"""What GitHub sends."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from tests.truth.definitions import environment_class
from tests.truth.landing import Landing, Record, at_path, changed_lines, text
from tests.truth.moments import moment
from tests.truth.records import (
    CheckRun,
    Commit,
    Deployment,
    Issue,
    PullRequest,
    PullRequestCommit,
    Review,
    ReviewComment,
)


def repository_of(record: Record, url: str) -> str | None:
    """As the extractor added it, else from the object's address."""
    if isinstance(record.get("repository"), str):
        return str(record["repository"])
    found = re.search(r"repos/([^/]+/[^/]+)", str(record.get(url) or ""))
    return found[1] if found else None


def number_of(record: Record) -> int | None:
    found = re.search(r"/pulls/([0-9]+)$", str(record.get("pull_request_url") or ""))
    return int(found[1]) if found else None


def shas(parents: list[Record] | None) -> tuple[str, ...] | None:
    return None if parents is None else tuple(str(parent["sha"]) for parent in parents)


def commits(landing: Landing) -> list[Commit]:
    def key(record: Record) -> Any:
        return repository_of(record, "url"), record["sha"]

    return [
        Commit(
            repository=repository_of(record, "url"),
            sha=record["sha"],
            parents=shas(record.get("parents")),
            system="github",
            author=at_path(record, "author.login"),
            author_type=at_path(record, "author.type"),
            message=at_path(record, "commit.message"),
            authored_at=moment(at_path(record, "commit.author.date")),
            committed_at=moment(at_path(record, "commit.committer.date")),
            is_on_default_branch=True,
        )
        for record in landing.latest("github", "commits", key)
    ]


def pull_requests(landing: Landing) -> list[PullRequest]:
    records = landing.latest(
        "github", "pull_requests", lambda r: r["id"], lambda r: r.get("updated_at")
    )
    return [
        PullRequest(
            pull_request_id=str(record["id"]),
            system="github",
            repository=at_path(record, "base.repo.full_name") or record.get("repository"),
            number=record.get("number"),
            author=at_path(record, "user.login"),
            author_type=at_path(record, "user.type"),
            title=record.get("title"),
            labels=tuple(label["name"] for label in record.get("labels") or ()),
            head_branch=at_path(record, "head.ref"),
            base_branch=at_path(record, "base.ref"),
            default_branch=at_path(record, "base.repo.default_branch"),
            merge_commit=record.get("merge_commit_sha"),
            head=at_path(record, "head.sha"),
            n_changed_lines=changed_lines(record),
            created_at=moment(record.get("created_at")),
            merged_at=moment(record.get("merged_at")),
        )
        for record in records
    ]


def pull_request_commits(landing: Landing) -> list[PullRequestCommit]:
    records = landing.latest(
        "github",
        "pull_request_commits",
        lambda r: (r.get("repository"), r["pull_number"], r["sha"]),
    )
    return [
        PullRequestCommit(
            system="github",
            repository=record.get("repository"),
            number=record["pull_number"],
            sha=record["sha"],
            parents=shas(record.get("parents")),
            authored_at=moment(at_path(record, "commit.author.date")),
            committed_at=moment(at_path(record, "commit.committer.date")),
        )
        for record in records
    ]


def reviews(landing: Landing) -> list[Review]:
    records = landing.latest(
        "github", "reviews", lambda r: r["id"], lambda r: r.get("submitted_at")
    )
    return [
        Review(
            review_id=str(record["id"]),
            system="github",
            repository=repository_of(record, "pull_request_url"),
            number=number_of(record),
            reviewer=at_path(record, "user.login"),
            reviewer_type=at_path(record, "user.type"),
            submitted_at=moment(record.get("submitted_at")),
        )
        for record in records
    ]


def review_comments(landing: Landing) -> list[ReviewComment]:
    records = landing.latest(
        "github", "review_comments", lambda r: r["id"], lambda r: r.get("updated_at")
    )
    return [
        ReviewComment(
            review_id=text(record.get("pull_request_review_id")),
            created_at=moment(record.get("created_at")),
        )
        for record in records
    ]


def deployments(landing: Landing, as_of: datetime) -> list[Deployment]:
    """Success comes only from statuses; `inactive` follows a success, so the first one counts, and
    a failure counts only where no success followed."""
    succeeded: dict[str, datetime] = {}
    failed: dict[str, datetime] = {}
    for record in landing.latest(
        "github", "deployment_statuses", lambda r: r["id"], lambda r: r.get("updated_at")
    ):
        at = moment(record.get("created_at"))
        if at is None or at > as_of:
            continue
        url = str(record.get("deployment_url") or "")
        deployment = text(record.get("deployment_id")) or url.rpartition("/deployments/")[2]
        outcome = {"success": succeeded, "failure": failed, "error": failed}.get(
            str(record["state"]).lower()
        )
        if outcome is not None:
            outcome[deployment] = min(at, outcome.get(deployment, at))
    tags = tagged_commits(landing)
    found = []
    for record in landing.latest(
        "github", "deployments", lambda r: r["id"], lambda r: r.get("updated_at")
    ):
        started_at = moment(record["created_at"])
        if started_at is None or started_at > as_of:
            continue
        name = str(record["id"])
        repository = repository_of(record, "repository_url")
        payload = record.get("payload")
        if isinstance(payload, str):
            payload = json.loads(payload) if payload else None
        at_its_end = re.search("[0-9a-f]{40}$", record.get("ref") or "")
        found.append(
            Deployment(
                deployment_id=name,
                system="github",
                repository=repository,
                environment=environment_class(record.get("environment"))
                or ("production" if record.get("production_environment") else "other"),
                status="success"
                if name in succeeded
                else "failure"
                if name in failed
                else "in_progress",
                started_at=started_at,
                finished_at=succeeded.get(name) or failed.get(name),
                # The commit itself, that of the tag, or one that the reference names.
                commit=record.get("sha")
                or tags.get((repository, record.get("ref")))
                or (at_its_end[0] if at_its_end else None),
                is_declared_unplanned=bool(at_path(payload, "unplanned")),
                part_of_repository=at_path(payload, "service"),
            )
        )
    return found


def tagged_commits(landing: Landing) -> dict[tuple[str | None, str | None], str]:
    """A tag that was moved keeps its newest commit."""
    newest: dict[tuple[str | None, str | None], tuple[datetime, str]] = {}
    for record in landing.latest(
        "github", "releases", lambda r: r["id"], lambda r: r.get("published_at")
    ):
        at = moment(record.get("published_at")) or moment(record.get("created_at"))
        tag = repository_of(record, "url"), record.get("tag_name")
        if at and not record.get("draft") and (tag not in newest or newest[tag][0] < at):
            newest[tag] = (at, record["target_commitish"])
    return {tag: commit for tag, (_, commit) in newest.items()}


def issues(landing: Landing) -> list[Issue]:
    """GitHub lists pull requests among issues; they have a stream of their own."""
    found = []
    for record in landing.latest(
        "github",
        "issues",
        lambda r: (r["id"], at_path(r, "pull_request.url") is None),
        lambda r: r.get("updated_at"),
    ):
        created_at = moment(record["created_at"])
        if at_path(record, "pull_request.url") or created_at is None:
            continue
        found.append(
            Issue(
                issue_id=str(record["id"]),
                system="github",
                repository=repository_of(record, "repository_url"),
                labels=tuple(label["name"] for label in record.get("labels") or ()),
                type_name=at_path(record, "type.name"),
                created_at=created_at,
                closed_at=moment(record.get("closed_at")),
            )
        )
    return found


def check_runs(landing: Landing) -> list[CheckRun]:
    """Only the first attempt starts when the run was created."""
    found = []
    for record in landing.latest(
        "github",
        "workflow_runs",
        lambda r: (r["id"], r.get("run_attempt") or 1),
        lambda r: r.get("updated_at"),
    ):
        attempt = record.get("run_attempt") or 1
        created_at = moment(record.get("created_at"))
        found.append(
            CheckRun(
                run_id=str(record["id"]),
                attempt=attempt,
                is_each_attempt_told=True,
                repository=at_path(record, "repository.full_name")
                or repository_of({"url": record.get("url")}, "url"),
                conclusion=(record.get("conclusion") or "").lower() or None,
                created_at=created_at,
                started_at=moment(record.get("run_started_at"))
                or (created_at if attempt == 1 else None),
                ended_at=moment(record.get("updated_at")),
            )
        )
    return found
