"""What GitLab sends."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tests.truth.definitions import environment_class
from tests.truth.landing import Landing, Record, at_path, text
from tests.truth.moments import moment
from tests.truth.records import CheckRun, Commit, Deployment, Issue, PullRequest, Review

# What GitLab notes by itself is a review only where it tells of one of these.
REVIEWS = {
    "approved this merge request",
    "unapproved this merge request",
    "requested changes",
    "left review comments",
}


def repository_of(record: Record, url: str, reference: str | None = None) -> str | None:
    """As the extractor added it, else from a reference such as `group/app!12`, else the address."""
    if record.get("repository"):
        return str(record["repository"])
    found = re.match(r"(.+)[!#][0-9]+$", at_path(record, reference) or "") if reference else None
    found = found or re.match(r"https?://[^/]+/(.+?)/-/", at_path(record, url) or "")
    return found[1] if found else None


def projects(landing: Landing) -> dict[object, str]:
    """Where a project is named by its number alone, the repository that its newest merge request
    names."""
    newest: dict[object, tuple[datetime, str]] = {}
    for record in merge_requests(landing):
        repository = repository_of(record, "web_url", "references.full")
        at = moment(record.get("updated_at"))
        project = record.get("project_id")
        if repository and at and (project not in newest or newest[project][0] < at):
            newest[project] = (at, repository)
    return {project: repository for project, (_, repository) in newest.items()}


def merge_requests(landing: Landing) -> list[Record]:
    return landing.latest(
        "gitlab", "merge_requests", lambda r: r["id"], lambda r: r.get("updated_at")
    )


def commits(landing: Landing) -> list[Commit]:
    def key(record: Record) -> Any:
        return repository_of(record, "web_url"), record["id"]

    return [
        Commit(
            repository=repository_of(record, "web_url"),
            sha=record["id"],
            parents=None if record.get("parent_ids") is None else tuple(record["parent_ids"]),
            system="gitlab",
            author=record.get("author_email"),
            message=record.get("message"),
            authored_at=moment(record.get("authored_date")),
            committed_at=moment(record.get("committed_date")),
            is_on_default_branch=True,
        )
        for record in landing.latest("gitlab", "commits", key)
    ]


def pull_requests(landing: Landing) -> list[PullRequest]:
    """Without a merge commit, what was squashed or fast-forwarded landed itself."""
    return [
        PullRequest(
            pull_request_id=f"gitlab/{record['id']}",
            system="gitlab",
            repository=repository_of(record, "web_url", "references.full"),
            number=record.get("iid"),
            author=at_path(record, "author.username"),
            title=record.get("title"),
            labels=tuple(record.get("labels") or ()),
            head_branch=record.get("source_branch"),
            base_branch=record.get("target_branch"),
            merge_commit=record.get("merge_commit_sha")
            or record.get("squash_commit_sha")
            or record.get("sha"),
            head=record.get("sha"),
            created_at=moment(record.get("created_at")),
            merged_at=moment(record.get("merged_at")),
        )
        for record in merge_requests(landing)
    ]


def reviews(landing: Landing) -> list[Review]:
    named = projects(landing)
    return [
        Review(
            review_id=f"gitlab/{record['id']}",
            system="gitlab",
            repository=record.get("repository") or named.get(record.get("project_id")),
            number=record.get("noteable_iid"),
            reviewer=at_path(record, "author.username"),
            submitted_at=moment(record.get("created_at")),
        )
        for record in landing.latest(
            "gitlab", "merge_request_notes", lambda r: r["id"], lambda r: r.get("updated_at")
        )
        if record.get("system") is False or record.get("body") in REVIEWS
    ]


def deployments(landing: Landing, as_of: datetime) -> list[Deployment]:
    named = projects(landing)
    words = {
        "success": "success",
        "failed": "failure",
        "canceled": "cancelled",
        "skipped": "cancelled",
    }
    found = []
    for record in landing.latest(
        "gitlab", "deployments", lambda r: r["id"], lambda r: r.get("updated_at")
    ):
        started_at = moment(at_path(record, "deployable.started_at")) or moment(
            record.get("created_at")
        )
        ended_at = moment(at_path(record, "deployable.finished_at")) or moment(
            record.get("updated_at")
        )
        if started_at is None or started_at > as_of:
            continue
        word = str(record["status"]).lower()
        # What ends after the as-of date is still running on it.
        is_over = ended_at is not None and ended_at <= as_of
        found.append(
            Deployment(
                deployment_id=f"gitlab/{record['id']}",
                system="gitlab",
                repository=repository_of(record, "deployable.web_url")
                or named.get(record.get("project_id")),
                environment=environment_class(at_path(record, "environment.name"))
                or environment_class(at_path(record, "environment.tier"))
                or "other",
                status=words.get(word, "in_progress") if is_over else "in_progress",
                started_at=started_at,
                finished_at=ended_at
                if is_over and word in ("success", "failed", "canceled")
                else None,
                commit=record.get("sha"),
            )
        )
    return found


def issues(landing: Landing) -> list[Issue]:
    found = []
    for record in landing.latest(
        "gitlab", "issues", lambda r: r["id"], lambda r: r.get("updated_at")
    ):
        created_at = moment(record["created_at"])
        if created_at is not None:
            found.append(
                Issue(
                    issue_id=f"gitlab/{record['id']}",
                    system="gitlab",
                    repository=repository_of(record, "web_url", "references.full"),
                    labels=tuple(record.get("labels") or ()),
                    type_name=text(record.get("issue_type")),
                    created_at=created_at,
                    closed_at=moment(record.get("closed_at")),
                )
            )
    return found


def check_runs(landing: Landing) -> list[CheckRun]:
    """A pipeline that is run again keeps its id: GitLab tells its last outcome only."""
    words = {"success": "success", "failed": "failure", "canceled": "cancelled"}
    found = []
    for record in landing.latest(
        "gitlab", "pipelines", lambda r: r["id"], lambda r: r.get("updated_at")
    ):
        word = str(record.get("status") or "").lower()
        found.append(
            CheckRun(
                run_id=f"gitlab/{record['id']}",
                attempt=1,
                is_each_attempt_told=False,
                repository=repository_of(record, "web_url"),
                conclusion=words.get(word, word if word == "skipped" else None),
                created_at=moment(record.get("created_at")),
                started_at=moment(record.get("started_at")) or moment(record.get("created_at")),
                ended_at=moment(record.get("finished_at")) or moment(record.get("updated_at")),
            )
        )
    return found
