"""GitHub's REST API over a small repository that can change."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.sources.api.notes import iso, moment
from tests.fixtures.rest_server import Reply, Request

REPOSITORY = "harbourline/checkout"
DAY_0 = datetime(2026, 9, 1, tzinfo=UTC)


def day(number: float) -> str:
    return iso(DAY_0 + timedelta(days=number))


class GitHub:
    """Lists are kept newest first, as they are sent; a page holds `page_size` records."""

    page_size = 2

    def __init__(self) -> None:
        self.base = ""
        self.pulls = [_pull(n, n) for n in (5, 4, 3, 2, 1)]
        self.issues = [_issue(n, n - 10) for n in (13, 12, 11)]
        self.comments = [_comment(n, n) for n in (3, 2, 1)]
        self.commits = [_commit(f"c{n}", n) for n in (5, 4, 3, 2, 1)]
        self.deployments = [_deployment(n, n) for n in (3, 2, 1)]
        self.runs = [_run(3, 3, 1), _run(2, 2, 3), _run(1, 1, 1)]
        self.releases = [_release(2, 4), _release(1, 2)]

    def __call__(self, request: Request) -> Reply:
        self.base = f"http://{request.headers['Host']}"
        path = request.path.removeprefix(f"/repos/{REPOSITORY}").removeprefix("/")
        if not request.path.startswith(f"/repos/{REPOSITORY}"):
            return Reply({"message": "Not Found"}, 404)
        if not path:
            return Reply({"full_name": REPOSITORY, "default_branch": "main"})
        found = self._found(path, request)
        if isinstance(found, Reply):
            return found
        if isinstance(found, list):
            return self._page(request, found)
        return Reply({"message": "Not Found"}, 404) if found is None else Reply(found)

    def _found(self, path: str, request: Request) -> Any:
        since = moment(request.said["since"]) if "since" in request.said else None
        if path in ("pulls", "issues", "pulls/comments"):
            records = {"pulls": self.pulls, "issues": self.issues}.get(path, self.comments)
            shown = [r for r in records if not since or moment(r["updated_at"]) >= since]
            if path == "pulls":
                return [{k: v for k, v in r.items() if k != "additions"} for r in shown]
            return shown
        if path == "commits":
            return self._commits(request, since)
        if path == "deployments":
            return self.deployments
        if path == "releases":
            return self.releases
        if path == "actions/runs":
            return self._page(request, self.runs, within="workflow_runs")
        if match := re.fullmatch(r"pulls/(\d+)(/\w+)?", path):
            return self._of_pull(int(match[1]), match[2])
        if match := re.fullmatch(r"deployments/(\d+)/statuses", path):
            return self._statuses(int(match[1]))
        if match := re.fullmatch(r"actions/runs/(\d+)/attempts/(\d+)", path):
            return _run(int(match[1]), int(match[1]), int(match[2]))
        if match := re.fullmatch(r"compare/(\w+)\.\.\.(\w+)", path):
            return self._compare(request, match[1], match[2])
        return None

    def _commits(self, request: Request, since: datetime | None) -> Any:
        if not self.commits:
            return Reply({"message": "Git Repository is empty."}, 409)
        shas = [commit["sha"] for commit in self.commits]
        start = 0 if request.said["sha"] == "main" else shas.index(request.said["sha"])
        return [
            commit
            for commit in self.commits[start:]
            if not since or moment(commit["commit"]["committer"]["date"]) >= since
        ]

    def _compare(self, request: Request, known: str, head: str) -> Reply:
        shas = [commit["sha"] for commit in self.commits]
        if known not in shas:
            return Reply({"message": "Not Found"}, 404)
        gained = self.commits[shas.index(head) : shas.index(known)][::-1]
        return self._page(request, gained, within="commits", total="total_commits")

    def _of_pull(self, number: int, part: str | None) -> Any:
        pull = next((one for one in self.pulls if one["number"] == number), None)
        if pull is None or part is None:
            return pull
        url = f"https://api.github.com/repos/{REPOSITORY}/pulls/{number}"
        if part == "/commits":
            return [_commit(f"p{number}-{i}", number) for i in range(3)]
        return [
            {
                "id": number * 10 + i,
                "user": {"login": "ben", "id": 2, "type": "User"},
                "state": "APPROVED",
                "submitted_at": day(number),
                "pull_request_url": url,
            }
            for i in range(number % 2 + 1)
        ]

    def _statuses(self, number: int) -> list[dict[str, Any]]:
        url = f"https://api.github.com/repos/{REPOSITORY}/deployments/{number}"
        return [
            {
                "id": number * 10 + i,
                "deployment_url": url,
                "state": state,
                "created_at": day(number),
                "updated_at": day(number),
            }
            for i, state in enumerate(("success", "in_progress", "queued"))
        ]

    def _page(
        self,
        request: Request,
        records: list[dict[str, Any]],
        within: str | None = None,
        total: str = "total_count",
    ) -> Reply:
        size = min(self.page_size, int(request.said.get("per_page", 30)))
        page = int(request.said.get("page", 1))
        shown = records[(page - 1) * size : page * size]
        headers = {}
        if len(records) > page * size:
            said = {**request.said, "page": str(page + 1)}
            url = f"{self.base}{request.path}?{'&'.join(f'{k}={v}' for k, v in said.items())}"
            headers["Link"] = f'<{url}>; rel="next", <{url}>; rel="last"'
        document = {total: len(records), within: shown} if within else shown
        return Reply(document, headers=headers)


def _pull(number: int, at: float) -> dict[str, Any]:
    return {
        "id": 100 + number,
        "number": number,
        "state": "closed",
        "title": f"Change {number} – größer ✓",
        "user": {"login": "ada", "id": 1, "type": "User"},
        "labels": [],
        "created_at": day(at - 0.5),
        "updated_at": day(at),
        "closed_at": day(at),
        "merged_at": day(at),
        "merge_commit_sha": f"c{number}",
        "head": {"ref": "work", "sha": f"p{number}-2"},
        "base": {
            "ref": "main",
            "sha": "c0",
            "repo": {"full_name": REPOSITORY, "default_branch": "main"},
        },
        "additions": number * 10,
    }


def _issue(number: int, at: float) -> dict[str, Any]:
    return {
        "id": 1_000 + number,
        "number": number,
        "state": "open",
        "labels": [{"name": "bug"}],
        "created_at": day(at - 1),
        "updated_at": day(at),
        "repository_url": f"https://api.github.com/repos/{REPOSITORY}",
    }


def _comment(number: int, at: float) -> dict[str, Any]:
    return {
        "id": 2_000 + number,
        "pull_request_url": f"https://api.github.com/repos/{REPOSITORY}/pulls/{number}",
        "user": {"login": "ben", "id": 2, "type": "User"},
        "body": "not to be loaded",
        "created_at": day(at),
        "updated_at": day(at),
    }


def _commit(sha: str, at: float) -> dict[str, Any]:
    return {
        "sha": sha,
        "url": f"https://api.github.com/repos/{REPOSITORY}/commits/{sha}",
        "commit": {
            "author": {"name": "Ada", "email": "ada@harbourline.example", "date": day(at)},
            "committer": {"date": day(at)},
            "message": f"Work {sha}",
        },
        "author": {"login": "ada", "id": 1, "type": "User"},
        "parents": [],
    }


def _deployment(number: int, at: float) -> dict[str, Any]:
    return {
        "id": number,
        "sha": f"c{number}",
        "environment": "production",
        "payload": {},
        "created_at": day(at),
        "updated_at": day(at),
        "repository_url": f"https://api.github.com/repos/{REPOSITORY}",
    }


def _run(number: int, at: float, attempt: int) -> dict[str, Any]:
    return {
        "id": 3_000 + number if number < 3_000 else number,
        "run_attempt": attempt,
        "name": "tests",
        "event": "push",
        "head_sha": f"c{number % 3_000}",
        "conclusion": "success",
        "created_at": day(at % 3_000),
        "run_started_at": day(at % 3_000),
        "updated_at": day(at % 3_000),
        "repository": {"full_name": REPOSITORY},
    }


def _release(number: int, at: float) -> dict[str, Any]:
    return {
        "id": 4_000 + number,
        "tag_name": f"v{number}.0",
        "target_commitish": "main",
        "draft": False,
        "prerelease": False,
        "created_at": day(at),
        "published_at": day(at),
        "url": f"https://api.github.com/repos/{REPOSITORY}/releases/{4_000 + number}",
    }


make_pull, make_commit, make_deployment, make_issue = _pull, _commit, _deployment, _issue
