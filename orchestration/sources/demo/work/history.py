"""What happened: plain records, without any vendor's form. Instants in seconds."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestration.sources.demo.world.organisation import Account, Person, Service


@dataclass(frozen=True, slots=True)
class Commit:
    """``reached_at`` is when it reached the default branch, None while it has not."""

    sha: str
    author: Account
    authored_at: int
    committed_at: int
    message: str
    parents: tuple[str, ...]
    by_web: bool = False
    reached_at: int | None = None


@dataclass(frozen=True, slots=True)
class Review:
    review_id: int
    account: Account
    state: str
    submitted_at: int
    commit_sha: str
    body: str
    n_comments: int = 0


@dataclass(slots=True)
class PullRequest:
    """``merged_at`` or ``closed_at`` None: still open when the demo ends."""

    pull_id: int
    number: int
    account: Account
    title: str
    body: str
    branch: str
    labels: tuple[str, ...]
    created_at: int
    ready_at: int
    closed_at: int | None
    merged_at: int | None
    merged_by: Account | None
    merge_sha: str
    base_sha: str
    commits: list[Commit]
    reviews: list[Review]
    additions: int
    deletions: int
    files: int

    def updated_at(self, at: int) -> int:
        """The latest thing that happened to it until ``at``."""
        moments = [
            self.ready_at,
            self.closed_at,
            *(r.submitted_at for r in self.reviews),
        ]
        moments += [commit.committed_at for commit in self.commits]
        return max([self.created_at, *(m for m in moments if m and m <= at)])


@dataclass(frozen=True, slots=True)
class Status:
    status_id: int
    state: str
    created_at: int


@dataclass(slots=True)
class Deployment:
    deployment_id: int
    service: Service
    environment: str
    sha: str
    ref: str
    payload: object
    account: Account
    created_at: int
    statuses: list[Status] = field(default_factory=list)
    tag_only: bool = False

    def updated_at(self, at: int) -> int:
        moments = [s.created_at for s in self.statuses if s.created_at <= at]
        return max([self.created_at, *moments])


@dataclass(frozen=True, slots=True)
class Release:
    release_id: int
    tag: str
    sha: str
    account: Account
    created_at: int
    published_at: int


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """One attempt of a run. ``created_at`` is that of the first attempt."""

    run_id: int
    attempt: int
    event: str
    sha: str
    branch: str
    account: Account
    created_at: int
    started_at: int
    ended_at: int
    conclusion: str

    def updated_at(self, at: int) -> int:
        return self.ended_at if self.ended_at <= at else self.started_at


@dataclass(frozen=True, slots=True)
class Issue:
    """``closed_at`` None: still open when the demo ends; ``started_at``: nobody works on it."""

    issue_id: int
    number: int
    account: Account
    title: str
    labels: tuple[str, ...]
    kind: str
    service: Service
    created_at: int
    started_at: int | None
    closed_at: int | None
    is_fixed: bool

    def updated_at(self, at: int) -> int:
        moments = (self.created_at, self.started_at, self.closed_at)
        return max(m for m in moments if m is not None and m <= at)


@dataclass(frozen=True, slots=True)
class Ticket:
    """``escalated_at`` None: support dealt with it; ``resolved_at`` None: open."""

    ticket_id: str
    service: Service
    handler: Person | None
    opened_at: int
    escalated_at: int | None
    resolved_at: int | None

    def updated_at(self, at: int) -> int:
        moments = (self.opened_at, self.escalated_at, self.resolved_at)
        return max(m for m in moments if m is not None and m <= at)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one question. ``respondent``: a pseudonym that no list resolves."""

    wave: str
    question_id: str
    respondent: str
    answer: int
    submitted_at: int
    team_id: str


@dataclass(slots=True)
class Trouble:
    """Something broke. ``resolved_at`` None: nobody knows yet when it will end."""

    service: Service
    at: int
    resolved_at: int | None
    deployment_id: int | None
    root_cause: str
    names_cause: bool
    urgent: bool = True
    responder: Person | None = None


@dataclass(slots=True)
class History:
    """All of one repository. ``commits`` are those of the default branch."""

    commits: list[Commit] = field(default_factory=list)
    pulls: list[PullRequest] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
