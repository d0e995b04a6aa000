"""Everything that tools told, of all tools together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from tests.truth.definitions import preference
from tests.truth.landing import Landing
from tests.truth.records import (
    CheckRun,
    Commit,
    Deployment,
    Incident,
    Issue,
    Page,
    PullRequest,
    PullRequestCommit,
    Review,
    Shift,
)
from tests.truth.tools import generic, github, gitlab, jira, opsgenie, pagerduty

READ = {"github", "gitlab", "generic", "jira", "opsgenie", "pagerduty", "people"}
# Of these no metric that is recomputed speaks yet.
NOT_COUNTED = {"support", "survey"}
LATE = datetime.max.replace(tzinfo=UTC)

Thing = TypeVar("Thing", Deployment, Incident, Issue)


@dataclass(frozen=True)
class Told:
    commits: dict[tuple[str | None, str], Commit]
    pull_requests: list[PullRequest]
    commits_of_pull_request: dict[str, list[Commit]]
    reviews_of_pull_request: dict[str, list[Review]]
    comments_of_review: dict[str, int]
    deployments: list[Deployment]
    listed_commits: dict[str, list[str]]
    incidents: list[Incident]
    pages: list[Page]
    shifts: list[Shift]
    issues: list[Issue]
    check_runs: list[CheckRun]


def listen(landing: Landing, as_of: datetime) -> Told:
    unknown = {source for source, _ in landing.streams} - READ - NOT_COUNTED
    if unknown:
        raise NotImplementedError(f"nothing here reads what {sorted(unknown)} sends")
    pull_requests = preferred_pull_requests(
        [
            *github.pull_requests(landing),
            *gitlab.pull_requests(landing),
            *generic.pull_requests(landing),
        ],
        as_of,
    )
    of_requests = commits_of_pull_requests(landing, pull_requests)
    commits = preferred_commits(
        [
            *github.commits(landing),
            *gitlab.commits(landing),
            *generic.commits(landing),
            *(commit for commits in of_requests.values() for commit in commits),
        ]
    )
    repositories: dict[str, set[str]] = {}
    for repository, sha in commits:
        if repository is not None:
            repositories.setdefault(sha, set()).add(repository)
    return Told(
        commits=commits,
        pull_requests=pull_requests,
        commits_of_pull_request={
            name: found for name, found in of_requests.items() if name is not None
        },
        reviews_of_pull_request=reviews_of_pull_requests(landing, pull_requests),
        comments_of_review=comments_of_reviews(landing, as_of),
        deployments=one_word_per_id(
            [
                *github.deployments(landing, as_of),
                *gitlab.deployments(landing, as_of),
                *generic.deployments(landing, as_of, repositories),
            ],
            lambda deployment: deployment.deployment_id,
        ),
        listed_commits=generic.listed_commits(landing),
        incidents=one_word_per_id(
            [
                *pagerduty.incidents(landing, as_of),
                *opsgenie.incidents(landing, as_of),
                *generic.incidents(landing, as_of),
            ],
            lambda incident: incident.incident_id,
        ),
        pages=[
            page
            for page in [*pagerduty.pages(landing), *opsgenie.pages(landing)]
            if page.paged_at <= as_of
        ],
        shifts=[
            shift
            for shift in [*pagerduty.shifts(landing), *opsgenie.shifts(landing)]
            if shift.starts_at is None or shift.starts_at <= as_of
        ],
        issues=one_word_per_id(
            [
                *github.issues(landing),
                *gitlab.issues(landing),
                *jira.issues(landing, as_of),
                *generic.issues(landing),
            ],
            lambda issue: issue.issue_id,
        ),
        check_runs=[*github.check_runs(landing), *gitlab.check_runs(landing)],
    )


def one_word_per_id(things: Iterable[Thing], name: Callable[[Thing], str]) -> list[Thing]:
    """An extract of one's own can repeat what its tool sent: one id, the word of the tool that
    comes first."""
    things = list(things)
    best: dict[str, int] = {}
    for thing in things:
        rank = preference(thing.system)
        best[name(thing)] = min(rank, best.get(name(thing), rank))
    return [thing for thing in things if preference(thing.system) == best[name(thing)]]


def preferred_pull_requests(requests: list[PullRequest], as_of: datetime) -> list[PullRequest]:
    """Two tools can tell of one: a copy has its id, an imported one its merge commit. Then the
    word of the tool that comes first counts. Only those into the default branch are marked."""
    best: dict[tuple[str, str], int] = {}
    for request in requests:
        for name in names_of(request):
            rank = preference(request.system)
            best[name] = min(rank, best.get(name, rank))
    return [
        request
        for request in with_default_branch(requests, as_of)
        if all(preference(request.system) == best[name] for name in names_of(request))
    ]


def names_of(request: PullRequest) -> list[tuple[str, str]]:
    names = [("id", request.pull_request_id)]
    if request.merged_at is not None and request.merge_commit is not None:
        names.append(("merge commit", request.merge_commit))
    return names


def with_default_branch(requests: list[PullRequest], as_of: datetime) -> list[PullRequest]:
    """Where a tool does not name the default branch, it is the one that most was merged to; `main`
    and `master` are one branch that was renamed."""
    merged: dict[tuple[str, str | None], dict[str, int]] = {}
    for request in requests:
        if request.base_branch and request.merged_at is not None and request.merged_at <= as_of:
            counts = merged.setdefault((request.system, request.repository), {})
            counts[request.base_branch] = counts.get(request.base_branch, 0) + 1
    usual = ("main", "master")
    found = []
    for request in requests:
        counts = merged.get((request.system, request.repository), {})
        default = request.default_branch
        if default is None and counts:
            default = max(counts, key=lambda name: (counts[name], name in usual, name))
            if default in usual and request.base_branch in usual:
                default = request.base_branch
        found.append(PullRequest(**{**vars(request), "default_branch": default}))
    return found


def is_to_default_branch(request: PullRequest) -> bool:
    """Where it is not known what the default branch is, every branch is believed to be it."""
    if request.base_branch is None or request.default_branch is None:
        return True
    return request.base_branch == request.default_branch


def commits_of_pull_requests(
    landing: Landing, requests: list[PullRequest]
) -> dict[str | None, list[Commit]]:
    """As the tool lists them. Those of GitHub are commits even where the pull request itself has
    not arrived: they stand under no name."""
    by_number = {
        (r.repository, r.number): r.pull_request_id for r in requests if r.system == "github"
    }
    repositories = {r.pull_request_id: r.repository for r in requests if r.system == "generic"}
    found: dict[str | None, list[Commit]] = {}
    for one in [*github.pull_request_commits(landing), *generic.pull_request_commits(landing)]:
        name, repository = one.pull_request_id, one.repository
        if one.system == "github":
            name = by_number.get((one.repository, one.number))
        elif name in repositories:
            repository = repositories[name]
        else:
            continue
        found.setdefault(name, []).append(from_pull_request(one, repository))
    return found


def from_pull_request(one: PullRequestCommit, repository: str | None) -> Commit:
    """Commits of a squashed or rebased branch never reach the default branch."""
    return Commit(
        repository=repository,
        sha=one.sha,
        parents=one.parents,
        system=None,
        authored_at=one.authored_at,
        committed_at=one.committed_at,
        is_on_default_branch=False,
    )


def preferred_commits(commits: list[Commit]) -> dict[tuple[str | None, str], Commit]:
    """One record per repository and commit: one of the default branch goes before others, one with
    parents before one without, the preferred tool's before another's, the earliest before later."""

    def rank(commit: Commit) -> tuple[object, ...]:
        return (
            not commit.is_on_default_branch,
            commit.parents is None,
            preference(commit.system),
            commit.authored_at or LATE,
            commit.committed_at or LATE,
        )

    best: dict[tuple[str | None, str], Commit] = {}
    for commit in commits:
        key = (commit.repository, commit.sha)
        if key not in best or rank(commit) < rank(best[key]):
            best[key] = commit
    return best


def reviews_of_pull_requests(
    landing: Landing, requests: list[PullRequest]
) -> dict[str, list[Review]]:
    """Each tool names the pull request in its own way. What is said of one that does not count,
    because another tool told of it first, does not count either."""
    by_number = {(r.system, r.repository, r.number): r.pull_request_id for r in requests}
    by_id = {(r.system, r.pull_request_id) for r in requests}
    found: dict[str, list[Review]] = {}
    for review in [
        *github.reviews(landing),
        *gitlab.reviews(landing),
        *generic.reviews(landing),
    ]:
        name = review.pull_request_id
        if name is None:
            name = by_number.get((review.system, review.repository, review.number))
        if name is not None and (review.system, name) in by_id:
            found.setdefault(name, []).append(review)
    return found


def comments_of_reviews(landing: Landing, as_of: datetime) -> dict[str, int]:
    """How many there were of each review that has any."""
    found: dict[str, int] = {}
    for comment in github.review_comments(landing):
        if comment.created_at is not None and comment.created_at <= as_of:
            name = comment.review_id or ""
            found[name] = found.get(name, 0) + 1
    return found
