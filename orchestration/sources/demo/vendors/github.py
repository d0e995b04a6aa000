"""What an extractor of GitHub writes in one visit."""

from __future__ import annotations

from orchestration.sources.demo.planted import Planted
from orchestration.sources.demo.vendors import github_objects as github
from orchestration.sources.demo.visits import Extract
from orchestration.sources.demo.work.history import History, Issue, WorkflowRun
from orchestration.sources.demo.world.organisation import Repository
from orchestration.sources.write import Landing

# One repository in so many has its pull requests among its issues; in the others the
# extractor asked for issues only.
PULLS_AS_ISSUES_EVERY = 12


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
