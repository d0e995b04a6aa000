"""What every tool's records have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Commit:
    repository: str | None
    sha: str
    parents: tuple[str, ...] | None
    system: str | None
    author: str | None = None
    author_type: str | None = None
    message: str | None = None
    authored_at: datetime | None
    committed_at: datetime | None
    is_on_default_branch: bool


@dataclass(frozen=True, kw_only=True)
class PullRequest:
    pull_request_id: str
    system: str
    repository: str | None
    number: int | None
    author: str | None
    author_type: str | None = None
    title: str | None
    labels: tuple[str, ...]
    head_branch: str | None
    base_branch: str | None
    default_branch: str | None = None
    merge_commit: str | None
    head: str | None = None
    n_changed_lines: int | None = None
    created_at: datetime | None
    ready_at: datetime | None = None
    merged_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PullRequestCommit:
    """Found by the number in its repository, or by the id of the pull request."""

    system: str
    repository: str | None = None
    number: int | None = None
    pull_request_id: str | None = None
    sha: str
    parents: tuple[str, ...] | None = None
    authored_at: datetime | None
    committed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Review:
    review_id: str
    system: str
    repository: str | None = None
    number: int | None = None
    pull_request_id: str | None = None
    reviewer: str | None
    reviewer_type: str | None = None
    submitted_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ReviewComment:
    review_id: str | None
    created_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Deployment:
    deployment_id: str
    system: str
    repository: str | None
    environment: str
    status: str | None
    started_at: datetime | None
    finished_at: datetime | None
    commit: str | None
    is_declared_unplanned: bool = False
    is_declared_rollback: bool = False
    declared_rolled_back: str | None = None
    part_of_repository: str | None = None
    declared_service: str | None = None


@dataclass(frozen=True, kw_only=True)
class Incident:
    incident_id: str
    system: str
    alias_kind: str
    service_alias: str | None
    detected_at: datetime
    resolved_at: datetime | None
    root_cause: str | None = None
    caused_by_deployment: str | None = None
    caused_by_commit: str | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    page_id: str
    system: str
    identity: str | None
    time_zone: str | None
    paged_at: datetime


@dataclass(frozen=True, kw_only=True)
class Shift:
    system: str
    identity: str
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Issue:
    issue_id: str
    system: str
    repository: str | None = None
    declared_service: str | None = None
    components: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    type_name: str | None = None
    declared_type: str | None = None
    declared_found_in: str | None = None
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CheckRun:
    """One attempt of an automated check."""

    run_id: str
    attempt: int
    is_each_attempt_told: bool
    repository: str | None
    conclusion: str | None
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ServiceRow:
    service_id: str
    service_name: str
    repository: str | None = None
    pagerduty_id: str | None = None
    opsgenie_id: str | None = None
    criticality: str | None = None
    mission: str | None = None
    is_declared: bool
    valid_from: datetime
    valid_to: datetime | None = None
