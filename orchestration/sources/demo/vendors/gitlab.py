"""What an extractor of GitLab writes in one visit, and objects as its REST API v4 sends them.

The extractor adds `repository` where the address of the call alone says it. ``at`` is the
instant of the extract: an object is what the API would have said then.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from orchestration.sources.demo.visits import Extract
from orchestration.sources.demo.work.history import (
    Commit,
    Deployment,
    History,
    Issue,
    PullRequest,
    Review,
    WorkflowRun,
)
from orchestration.sources.demo.world.calendar import iso
from orchestration.sources.demo.world.organisation import Account, Repository
from orchestration.sources.write import Encoded, Landing, encoded

WEB = "https://gitlab.harbourline.example"
# What GitLab itself notes of a review, by the state of the review.
NOTES = {
    "APPROVED": "approved this merge request",
    "CHANGES_REQUESTED": "requested changes",
    "COMMENTED": "left review comments",
}
# Notes are further apart than a review has remarks.
NOTES_PER_REVIEW = 16
ATTEMPTS = 8

Json = dict[str, object]


def write_repository(
    landing: Landing,
    extract: Extract,
    repository: Repository,
    history: History,
    runs: list[WorkflowRun],
    issues: list[Issue],
) -> None:
    """All streams of one project for one visit."""
    at = extract.at

    def add(stream: str, record: Json) -> None:
        record["repository"] = repository.full_name
        landing.add("gitlab", stream, extract.folder, record)

    for pull in history.pulls:
        if pull.created_at > at or not extract.holds(pull.updated_at(at)):
            continue
        add("merge_requests", merge_request(pull, repository, at))
        for review in pull.reviews:
            if review.submitted_at <= at:
                for note in notes(review, pull, repository):
                    add("merge_request_notes", note)
    on_default = {commit.sha for commit in history.commits}
    for commit in history.commits:
        if commit.reached_at is not None and extract.holds(commit.reached_at):
            add("commits", commit_object(commit, repository))
    for pull in history.pulls:
        # Of a squashed branch the commits are listed too: they say when work on it began.
        if pull.merged_at is not None and extract.holds(pull.merged_at):
            for commit in pull.commits:
                if commit.sha not in on_default:
                    add("commits", commit_object(commit, repository))
    for deployment in history.deployments:
        if deployment.created_at <= at and extract.holds(deployment.updated_at(at)):
            add("deployments", deployment_object(deployment, repository, at))
    for run in runs:
        if run.started_at <= at and extract.holds(run.updated_at(at)):
            add("pipelines", pipeline(run, repository, at))
    for item in issues:
        if item.created_at <= at and extract.holds(item.updated_at(at)):
            add("issues", issue(item, repository, at))


def username(account: Account) -> str:
    """Bots end in `-bot`, people are called as in their address."""
    if account.kind == "Bot":
        return f"{account.login.removesuffix('[bot]')}-bot"
    return account.username


@lru_cache(maxsize=4_096)
def _user(account: Account) -> Encoded:
    name = username(account)
    return encoded(
        {
            "id": account.account_id,
            "username": name,
            "name": account.name,
            "state": "active",
            "avatar_url": f"{WEB}/uploads/{account.account_id}.png",
            "web_url": f"{WEB}/{name}",
        }
    )


def _project(repository: Repository) -> int:
    return 4_000 + repository.number


def merge_request(pull: PullRequest, repository: Repository, at: int) -> Json:
    """`GET /projects/{id}/merge_requests/{iid}`."""
    merged = pull.merged_at if pull.merged_at and pull.merged_at <= at else None
    closed = pull.closed_at if pull.closed_at and pull.closed_at <= at else None
    is_squash = repository.merge_method == "squash"
    head = [c.sha for c in pull.commits if c.committed_at <= at] or [pull.commits[0].sha]
    landed = pull.merge_sha if merged else None
    return {
        "id": pull.pull_id,
        "iid": pull.number,
        "project_id": _project(repository),
        "title": f"Draft: {pull.title}" if pull.ready_at > at else pull.title,
        "description": pull.body,
        "state": "merged" if merged else "closed" if closed else "opened",
        "draft": pull.ready_at > at,
        "labels": list(pull.labels),
        "source_branch": pull.branch,
        "target_branch": "main",
        "squash": is_squash,
        "sha": head[-1],
        "merge_commit_sha": None if is_squash else landed,
        "squash_commit_sha": landed if is_squash else None,
        "created_at": iso(pull.created_at),
        "prepared_at": iso(pull.created_at + 3),
        "updated_at": iso(pull.updated_at(at)),
        "merged_at": iso(merged) if merged else None,
        "closed_at": iso(closed) if closed and not merged else None,
        "references": {"full": f"{repository.full_name}!{pull.number}"},
        "web_url": f"{WEB}/{repository.full_name}/-/merge_requests/{pull.number}",
        "author": _user(pull.account),
    }


def notes(review: Review, pull: PullRequest, repository: Repository) -> Iterator[Json]:
    """`GET /projects/{id}/merge_requests/{iid}/notes`: what GitLab notes, and remarks."""
    bodies = [(True, NOTES[review.state])]
    bodies += [(False, "Is this case covered?")] * review.n_comments
    for place, (is_system, body) in enumerate(bodies):
        yield {
            "id": review.review_id * NOTES_PER_REVIEW + place,
            "type": None if is_system else "DiffNote",
            "body": body,
            "system": is_system,
            "project_id": _project(repository),
            "noteable_id": pull.pull_id,
            "noteable_iid": pull.number,
            "noteable_type": "MergeRequest",
            "resolvable": not is_system,
            "created_at": iso(review.submitted_at),
            "updated_at": iso(review.submitted_at),
            "author": _user(review.account),
        }


def commit_object(item: Commit, repository: Repository) -> Json:
    """`GET /projects/{id}/repository/commits`."""
    return {
        "id": item.sha,
        "short_id": item.sha[:8],
        "title": item.message.splitlines()[0],
        "message": item.message,
        "author_name": item.author.name,
        "author_email": item.author.email,
        "authored_date": iso(item.authored_at),
        "committer_name": item.author.name,
        "committer_email": item.author.email,
        "committed_date": iso(item.committed_at),
        "created_at": iso(item.committed_at),
        "parent_ids": list(item.parents),
        "web_url": f"{WEB}/{repository.full_name}/-/commit/{item.sha}",
    }


def deployment_object(item: Deployment, repository: Repository, at: int) -> Json:
    """`GET /projects/{id}/deployments`: one object whose status moves on."""
    states = {status.state: status.created_at for status in item.statuses}
    known = {state: moment for state, moment in states.items() if moment <= at}
    ended = next((known[s] for s in ("success", "failure", "error") if s in known), None)
    status = "created"
    if "success" in known:
        status = "success"
    elif ended is not None:
        status = "failed"
    elif "in_progress" in known:
        status = "running"
    started = known.get("in_progress")
    return {
        "id": item.deployment_id,
        "iid": item.deployment_id % 100_000,
        "project_id": _project(repository),
        "ref": item.ref,
        "sha": item.sha,
        "status": status,
        "created_at": iso(item.created_at),
        "updated_at": iso(ended or started or item.created_at),
        "environment": {
            "id": 7,
            "name": item.environment,
            "tier": item.environment,
            "external_url": None,
        },
        "deployable": {
            "id": item.deployment_id * 10,
            "name": "deploy",
            "status": status,
            "started_at": iso(started) if started else None,
            "finished_at": iso(ended) if ended else None,
            "web_url": f"{WEB}/{repository.full_name}/-/jobs/{item.deployment_id * 10}",
        },
        "user": _user(item.account),
    }


def pipeline(item: WorkflowRun, repository: Repository, at: int) -> Json:
    """`GET /projects/{id}/pipelines/{id}`: who runs checks again starts a new one."""
    identity = item.run_id * ATTEMPTS + item.attempt
    is_done = item.ended_at <= at
    conclusion = {"failure": "failed", "cancelled": "canceled"}.get(
        item.conclusion, item.conclusion
    )
    return {
        "id": identity,
        "iid": identity % 100_000,
        "project_id": _project(repository),
        "name": "checks",
        "source": "push" if item.event == "push" else "merge_request_event",
        "ref": item.branch,
        "sha": item.sha,
        "status": conclusion if is_done else "running",
        "created_at": iso(item.started_at),
        "started_at": iso(item.started_at),
        "finished_at": iso(item.ended_at) if is_done else None,
        "updated_at": iso(item.updated_at(at)),
        "web_url": f"{WEB}/{repository.full_name}/-/pipelines/{identity}",
        "user": _user(item.account),
    }


def issue(item: Issue, repository: Repository, at: int) -> Json:
    """`GET /projects/{id}/issues`."""
    closed = item.closed_at if item.closed_at and item.closed_at <= at else None
    return {
        "id": item.issue_id,
        "iid": item.number,
        "project_id": _project(repository),
        "title": item.title,
        "description": f"{item.title}.",
        "state": "closed" if closed else "opened",
        "issue_type": "issue",
        "labels": [*item.labels, *(["bug"] if item.kind == "Bug" else [])],
        "created_at": iso(item.created_at),
        "updated_at": iso(item.updated_at(at)),
        "closed_at": iso(closed) if closed else None,
        "references": {"full": f"{repository.full_name}#{item.number}"},
        "web_url": f"{WEB}/{repository.full_name}/-/issues/{item.number}",
        "_links": {"closed_as_duplicate_of": None},
        "author": _user(item.account),
    }
