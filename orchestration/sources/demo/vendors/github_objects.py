"""Objects as GitHub's REST API sends them (version 2022-11-28), one function each.

They carry more than Fairlead takes (texts, links, pictures): the stream contracts
drop it, and with a demo that sends it, it is seen that they do. ``at`` is the instant
of the extract: an object is what the API would have said then.
"""

from __future__ import annotations

from functools import lru_cache

from orchestration.sources.demo.work.history import (
    Commit,
    Deployment,
    Issue,
    PullRequest,
    Release,
    Review,
    Status,
    WorkflowRun,
)
from orchestration.sources.demo.world.calendar import iso
from orchestration.sources.demo.world.names import COMPANY
from orchestration.sources.demo.world.organisation import Account
from orchestration.sources.write import Encoded, encoded, line

API = "https://api.github.com"
WEB = "https://github.com"

Json = dict[str, object]


def _node(prefix: str, number: int | str) -> str:
    return f"{prefix}_kwDO{number:x}" if isinstance(number, int) else f"{prefix}_{number}"


def user(account: Account | None, at: int) -> Encoded | None:
    """A user; None, JSON null, once the account is deleted."""
    if account is None or (account.deleted_at is not None and account.deleted_at <= at):
        return None
    return _user(account)


@lru_cache(maxsize=4_096)
def _user(account: Account) -> Encoded:
    url = f"{API}/users/{account.login.replace('[', '%5B').replace(']', '%5D')}"
    return encoded(
        {
            "login": account.login,
            "id": account.account_id,
            "node_id": _node("U" if account.kind == "User" else "BOT", account.account_id),
            "avatar_url": f"https://avatars.githubusercontent.com/u/{account.account_id}",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{WEB}/{account.login}",
            "repos_url": f"{url}/repos",
            "type": account.kind,
            "user_view_type": "public",
            "site_admin": False,
        }
    )


def repository_object(full_name: str, number: int) -> Encoded:
    """The repository inside of `head` and `base`."""
    owner, name = full_name.split("/")
    return encoded(
        {
            "id": 512_000_000 + number,
            "node_id": _node("R", number),
            "name": name,
            "full_name": full_name,
            "private": True,
            "owner": {"login": owner, "id": 9_301_552, "type": "Organization"},
            "html_url": f"{WEB}/{full_name}",
            "url": f"{API}/repos/{full_name}",
            "fork": False,
            "default_branch": "main",
            "visibility": "internal",
        }
    )


def _end(ref: str, sha: str, repo: Encoded) -> Encoded:
    """`head` or `base` of a pull request."""
    end = {"label": f"{COMPANY}:{ref}", "ref": ref, "sha": sha, "repo": repo}
    return Encoded(line({**end, "user": _ORGANISATION}))


_ORGANISATION = encoded({"login": COMPANY, "id": 9_301_552, "type": "Organization"})
_WEB_FLOW = encoded({"login": "web-flow", "id": 19_864_447, "type": "User"})


def pull_request(pull: PullRequest, full_name: str, repo: Encoded, at: int) -> Json:
    """`GET /repos/{owner}/{repo}/pulls/{number}`, the detail object."""
    url = f"{API}/repos/{full_name}"
    number = pull.number
    closed = pull.closed_at if pull.closed_at and pull.closed_at <= at else None
    merged = pull.merged_at if pull.merged_at and pull.merged_at <= at else None
    pushed = [c for c in pull.commits if c.committed_at <= at] or pull.commits[:1]
    author = user(pull.account, at)
    return {
        "url": f"{url}/pulls/{number}",
        "id": pull.pull_id,
        "node_id": _node("PR", pull.pull_id),
        "html_url": f"{WEB}/{full_name}/pull/{number}",
        "diff_url": f"{WEB}/{full_name}/pull/{number}.diff",
        "issue_url": f"{url}/issues/{number}",
        "number": number,
        "state": "closed" if closed else "open",
        "locked": False,
        "title": pull.title,
        "user": author,
        "body": pull.body,
        "created_at": iso(pull.created_at),
        "updated_at": iso(pull.updated_at(at)),
        "closed_at": iso(closed) if closed else None,
        "merged_at": iso(merged) if merged else None,
        # While open, this is the sha of a trial merge that is on no branch.
        "merge_commit_sha": pull.merge_sha if merged or not closed else None,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "labels": _labels(pull.labels),
        "milestone": None,
        "draft": pull.ready_at > at,
        "commits_url": f"{url}/pulls/{number}/commits",
        "review_comments_url": f"{url}/pulls/{number}/comments",
        "statuses_url": f"{url}/statuses/{pushed[-1].sha}",
        "head": _end(pull.branch, pushed[-1].sha, repo),
        "base": _end("main", pull.base_sha, repo),
        "author_association": "CONTRIBUTOR",
        "auto_merge": None,
        "active_lock_reason": None,
        "merged": merged is not None,
        "mergeable": None if closed else True,
        "merged_by": user(pull.merged_by, at) if merged else None,
        "comments": 0,
        "review_comments": sum(
            review.n_comments for review in pull.reviews if review.submitted_at <= at
        ),
        "commits": len(pushed),
        "additions": pull.additions,
        "deletions": pull.deletions,
        "changed_files": pull.files,
    }


def review(item: Review, pull: PullRequest, full_name: str, at: int) -> Json:
    """`GET …/pulls/{number}/reviews`: the number is in `pull_request_url` only."""
    link = f"{WEB}/{full_name}/pull/{pull.number}#pullrequestreview-{item.review_id}"
    return {
        "id": item.review_id,
        "node_id": _node("PRR", item.review_id),
        "user": user(item.account, at),
        "body": item.body,
        "state": item.state,
        "html_url": link,
        "pull_request_url": f"{API}/repos/{full_name}/pulls/{pull.number}",
        "author_association": "CONTRIBUTOR",
        "_links": {"html": {"href": link}},
        "submitted_at": iso(item.submitted_at),
        "commit_id": item.commit_sha,
    }


def review_comments(item: Review, pull: PullRequest, full_name: str, at: int) -> list[Json]:
    """`GET …/pulls/comments`: the remarks of one review."""
    url = f"{API}/repos/{full_name}"
    found: list[Json] = []
    for place in range(item.n_comments):
        # A review has fewer remarks than ids are apart.
        identity = 10 * item.review_id + place
        found.append(
            {
                "url": f"{url}/pulls/comments/{identity}",
                "pull_request_review_id": item.review_id,
                "id": identity,
                "node_id": _node("PRRC", identity),
                "diff_hunk": "@@ -16,7 +16,7 @@",
                "path": "src/main.py",
                "commit_id": item.commit_sha,
                "original_commit_id": item.commit_sha,
                "user": user(item.account, at),
                "body": "Is this case covered?",
                "created_at": iso(item.submitted_at),
                "updated_at": iso(item.submitted_at),
                "html_url": f"{WEB}/{full_name}/pull/{pull.number}#discussion_r{identity}",
                "pull_request_url": f"{url}/pulls/{pull.number}",
                "author_association": "CONTRIBUTOR",
                "line": 17 + place,
                "side": "RIGHT",
            }
        )
    return found


def commit(item: Commit, full_name: str, at: int) -> Json:
    """`GET …/commits`: dates in UTC, whatever the clock of the author said."""
    url = f"{API}/repos/{full_name}"
    author = item.author
    web = {"name": "GitHub", "email": "noreply@github.com"}
    by = web if item.by_web else {"name": author.name, "email": author.email}
    account = user(author, at)
    return {
        "sha": item.sha,
        "node_id": _node("C", item.sha[:20]),
        "commit": {
            "author": {
                "name": author.name,
                "email": author.email,
                "date": iso(item.authored_at),
            },
            "committer": {**by, "date": iso(item.committed_at)},
            "message": item.message,
            "tree": {"sha": item.sha[::-1], "url": f"{url}/git/trees/{item.sha[::-1]}"},
            "url": f"{url}/git/commits/{item.sha}",
            "comment_count": 0,
            "verification": {
                "verified": item.by_web,
                "reason": "valid" if item.by_web else "unsigned",
                "signature": None,
                "payload": None,
            },
        },
        "url": f"{url}/commits/{item.sha}",
        "html_url": f"{WEB}/{full_name}/commit/{item.sha}",
        "author": account,
        "committer": _WEB_FLOW if item.by_web else account,
        "parents": [{"sha": parent, "url": f"{url}/commits/{parent}"} for parent in item.parents],
    }


def pull_request_commit(item: Commit, pull: PullRequest, full_name: str, at: int) -> Json:
    """`GET …/pulls/{number}/commits`, and the two keys an extractor adds."""
    return {
        **commit(item, full_name, at),
        "repository": full_name,
        "pull_number": pull.number,
    }


def deployment(item: Deployment, full_name: str, at: int) -> Json:
    """`GET …/deployments`."""
    url = f"{API}/repos/{full_name}"
    return {
        "url": f"{url}/deployments/{item.deployment_id}",
        "id": item.deployment_id,
        "node_id": _node("DE", item.deployment_id),
        "sha": None if item.tag_only else item.sha,
        "ref": item.ref,
        "task": "deploy",
        "payload": item.payload,
        "original_environment": item.environment,
        "environment": item.environment,
        "description": f"Deploy {item.service.name}",
        "creator": user(item.account, at),
        "created_at": iso(item.created_at),
        "updated_at": iso(item.updated_at(at)),
        "statuses_url": f"{url}/deployments/{item.deployment_id}/statuses",
        "repository_url": url,
        "transient_environment": False,
        "production_environment": item.environment == "production",
        "performed_via_github_app": None,
    }


def deployment_status(item: Status, parent: Deployment, full_name: str, at: int) -> Json:
    """`GET …/deployments/{id}/statuses`: the deployment is in `deployment_url` only."""
    url = f"{API}/repos/{full_name}"
    mine = f"{url}/deployments/{parent.deployment_id}"
    return {
        "url": f"{mine}/statuses/{item.status_id}",
        "id": item.status_id,
        "node_id": _node("DES", item.status_id),
        "state": item.state,
        "creator": user(parent.account, at),
        "description": "",
        "environment": parent.environment,
        "target_url": f"https://ci.harbourline.example/runs/{item.status_id}",
        "created_at": iso(item.created_at),
        "updated_at": iso(item.created_at),
        "deployment_url": mine,
        "repository_url": url,
        "environment_url": "",
        "log_url": f"https://ci.harbourline.example/runs/{item.status_id}",
        "performed_via_github_app": None,
    }


def release(item: Release, full_name: str, at: int) -> Json:
    """`GET …/releases`."""
    return {
        "url": f"{API}/repos/{full_name}/releases/{item.release_id}",
        "html_url": f"{WEB}/{full_name}/releases/tag/{item.tag}",
        "id": item.release_id,
        "node_id": _node("RE", item.release_id),
        "author": user(item.account, at),
        "tag_name": item.tag,
        "target_commitish": item.sha,
        "name": item.tag,
        "draft": False,
        "prerelease": False,
        "created_at": iso(item.created_at),
        "published_at": iso(item.published_at),
        "assets": [],
        "body": "Changes are in the merged pull requests.",
    }


def _labels(labels: tuple[str, ...]) -> list[Json]:
    return [
        {"id": 6_000_000 + len(label), "name": label, "color": "ededed", "default": False}
        for label in labels
    ]


def issue(item: Issue, full_name: str, at: int) -> Json:
    """`GET /repos/{owner}/{repo}/issues`."""
    url = f"{API}/repos/{full_name}"
    closed = item.closed_at if item.closed_at and item.closed_at <= at else None
    reason = "completed" if item.is_fixed else "not_planned"
    return {
        "url": f"{url}/issues/{item.number}",
        "repository_url": url,
        "id": item.issue_id,
        "node_id": _node("I", item.issue_id),
        "html_url": f"{WEB}/{full_name}/issues/{item.number}",
        "number": item.number,
        "title": item.title,
        "user": user(item.account, at),
        "labels": _labels(item.labels),
        "type": {"id": 31, "name": item.kind} if item.kind else None,
        "state": "closed" if closed else "open",
        "state_reason": reason if closed else None,
        "locked": False,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": 0,
        "created_at": iso(item.created_at),
        "updated_at": iso(item.updated_at(at)),
        "closed_at": iso(closed) if closed else None,
        "body": f"{item.title}.",
    }


def pull_request_as_issue(pull: PullRequest, full_name: str, at: int) -> Json:
    """The same call lists pull requests too, with another id and `pull_request`."""
    url = f"{API}/repos/{full_name}"
    number = pull.number
    closed = pull.closed_at if pull.closed_at and pull.closed_at <= at else None
    merged = pull.merged_at if pull.merged_at and pull.merged_at <= at else None
    return {
        "url": f"{url}/issues/{number}",
        "repository_url": url,
        "id": pull.pull_id + 700_000_000,
        "html_url": f"{WEB}/{full_name}/pull/{number}",
        "number": number,
        "title": pull.title,
        "user": user(pull.account, at),
        "labels": _labels(pull.labels),
        "state": "closed" if closed else "open",
        "state_reason": None,
        "created_at": iso(pull.created_at),
        "updated_at": iso(pull.updated_at(at)),
        "closed_at": iso(closed) if closed else None,
        "draft": pull.ready_at > at,
        "pull_request": {
            "url": f"{url}/pulls/{number}",
            "html_url": f"{WEB}/{full_name}/pull/{number}",
            "merged_at": iso(merged) if merged else None,
        },
    }


def workflow_run(item: WorkflowRun, full_name: str, repo: Encoded, at: int) -> Json:
    """`GET …/actions/runs/{id}/attempts/{number}`; null conclusion while it runs."""
    url = f"{API}/repos/{full_name}/actions/runs/{item.run_id}"
    is_done = item.ended_at <= at
    return {
        "id": item.run_id,
        "name": "checks",
        "node_id": _node("WFR", item.run_id),
        "head_branch": item.branch,
        "head_sha": item.sha,
        "path": ".github/workflows/checks.yml",
        "display_title": item.branch,
        "run_number": item.run_id % 1_000_000,
        "event": item.event,
        "status": "completed" if is_done else "in_progress",
        "conclusion": item.conclusion if is_done else None,
        "workflow_id": 161_335,
        "url": url,
        "html_url": f"{WEB}/{full_name}/actions/runs/{item.run_id}",
        "created_at": iso(item.created_at),
        "updated_at": iso(item.updated_at(at)),
        "run_attempt": item.attempt,
        "run_started_at": iso(item.started_at),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "actor": user(item.account, at),
        "repository": repo,
    }
