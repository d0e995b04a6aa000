"""GitHub's REST API, version 2022-11-28: one repository, newest first.

Lists are read from the newest to the oldest, so that what changes meanwhile moves to pages that
were read and pushes the rest to later ones: a record may be seen twice and is written once, and
what moved is in the next extract. Addresses and limits are those of docs.github.com/rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from orchestration.sources.api.notes import iso, moment
from orchestration.sources.api.run import Record, Run
from orchestration.sources.api.service import Service

Keys = tuple[str, ...]
Said = Mapping[str, object]

GITHUB = Service(
    source="github",
    name="GitHub",
    url="https://api.github.com",
    token_variable="GITHUB_TOKEN",
    authorization="Bearer {}",
    headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
    rights="read access to actions, contents, deployments, issues and pull requests"
    " (a classic token: the scope repo)",
)

# Lists show at most this many; GitHub cuts a larger number to it.
_PER_PAGE = 100
# A deployment may wait this long for an approval, and a workflow be run again or approved; both
# are listed by when they were made, so the lists are read so far back for what changed.
_CHANGES_FOR = timedelta(days=30)
# GitHub does not promise that a status touches its deployment: those of the last days are asked.
_STATUSES_FOR = timedelta(days=7)
# What was listed and is gone; a list of an empty repository, or one that is switched off.
_GONE = (404, 410)
_NO_LIST = (409, 410)
_OF_A_PULL_REQUEST = ("pull_requests", "reviews", "pull_request_commits")
_MADE_AND_CHANGED = ("created_at", "updated_at")
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_NOTHING: Said = MappingProxyType({})


class Repository:
    """Reads what a run wants of a repository, `owner/name`."""

    def __init__(self, run: Run, name: str) -> None:
        self._run, self._pages = run, run.pages
        found = self._pages.get(f"repos/{name}")
        # A repository that was renamed answers under its old name, too.
        self._name: str = found["full_name"]
        self._branch: str = found["default_branch"]

    def read(self) -> None:
        """Every wanted stream, one after another. Raises ExtractError."""
        if self._run.wants(*_OF_A_PULL_REQUEST):
            self._pull_requests()
        for stream, path in (("review_comments", "pulls/comments"), ("issues", "issues")):
            if self._run.wants(stream):
                self._updated(stream, path)
        if self._run.wants("commits"):
            self._commits()
        if self._run.wants("deployments", "deployment_statuses"):
            self._deployments()
        if self._run.wants("workflow_runs"):
            self._workflow_runs()
        if self._run.wants("releases"):
            self._releases()

    def _pull_requests(self) -> None:
        """The list lacks the size of a change, so each is asked for; commits end at 250."""
        start = self._run.start(*_OF_A_PULL_REQUEST)
        said = {"state": "all", "sort": "updated", "direction": "desc"}
        for listed in self._since("pulls", start, ("updated_at",), said):
            number = listed["number"]
            if self._takes("pull_requests", listed, ("updated_at",)):
                record = self._get(f"pulls/{number}")
                self._run.write("pull_requests", record or listed)
            if self._takes("reviews", listed, ("updated_at",)):
                for record in self._of(f"pulls/{number}/reviews"):
                    self._run.write("reviews", record)
            if self._takes("pull_request_commits", listed, ("updated_at",)):
                for record in self._of(f"pulls/{number}/commits"):
                    # What the address says and the object does not.
                    of = {"repository": self._name, "pull_number": number}
                    self._run.write("pull_request_commits", {**record, **of})

    def _updated(self, stream: str, path: str) -> None:
        """A list that takes `since`, by the last change."""
        start = self._run.start(stream)
        said = {"sort": "updated", "direction": "desc", "since": iso(start) if start else None}
        if stream == "issues":
            said["state"] = "all"
        for record in self._since(path, start, ("updated_at",), said):
            self._run.write(stream, record)

    def _commits(self) -> None:
        """Those that the default branch gained since the last extract, however old they are: a
        list by time would miss what was written long before it was merged."""
        tip = self._get("commits", {"sha": self._branch, "per_page": 1}, _NO_LIST)
        if not tip:
            return
        head, known = tip[0]["sha"], self._run.marks.get("head")
        self._run.left["head"] = head
        if known == head or (known and self._gained(known, head)):
            return
        start = self._run.start("commits")
        said = {"sha": head, "since": iso(start) if start else None}
        for page in self._follow("commits", said):
            for record in page:
                self._run.write("commits", record)

    def _gained(self, known: str, head: str) -> bool:
        """Write what `head` holds and `known` does not; False where GitHub cannot say it all, for
        example because `known` was rewritten and is gone."""
        n_left: int | None = None
        for page in self._follow(f"compare/{known}...{head}", absent=_GONE):
            n_left = (page["total_commits"] if n_left is None else n_left) - len(page["commits"])
            for record in page["commits"]:
                self._run.write("commits", record)
        return n_left == 0

    def _deployments(self) -> None:
        start, keys = self._run.start("deployments", "deployment_statuses"), _MADE_AND_CHANGED
        for record in self._since("deployments", _back(start), keys):
            if self._takes("deployments", record, keys):
                self._run.write("deployments", record)
            if self._takes("deployment_statuses", record, keys) or self._takes(
                "deployment_statuses", record, ("created_at",), late=_STATUSES_FOR
            ):
                for status in self._of(f"deployments/{record['id']}/statuses"):
                    self._run.write("deployment_statuses", status)

    def _workflow_runs(self) -> None:
        """Without a filter, which would end the list at 1,000. It shows the last attempt of a run;
        those before it are asked for."""
        back = _back(self._run.start("workflow_runs"))
        for page in self._newest("actions/runs", back, _MADE_AND_CHANGED, "workflow_runs"):
            for record in page:
                if not self._takes("workflow_runs", record, _MADE_AND_CHANGED):
                    continue
                self._run.write("workflow_runs", record)
                for attempt in range(1, record.get("run_attempt") or 1):
                    earlier = self._get(f"actions/runs/{record['id']}/attempts/{attempt}")
                    if earlier:
                        self._run.write("workflow_runs", earlier)

    def _releases(self) -> None:
        """`created_at` is the time of the tagged commit, and a draft is published later."""
        keys = (*_MADE_AND_CHANGED, "published_at")
        for record in self._since("releases", _back(self._run.start("releases")), keys):
            if self._takes("releases", record, keys):
                self._run.write("releases", record)

    def _takes(
        self, stream: str, record: Record, keys: Keys, late: timedelta = timedelta()
    ) -> bool:
        """Whether a stream is wanted and a record is as new as its start."""
        if not self._run.wants(stream):
            return False
        start = self._run.since[stream]
        return start is None or _latest(record, keys) >= start - late

    def _since(
        self, path: str, start: datetime | None, keys: Keys, said: Said = _NOTHING
    ) -> Iterator[Record]:
        """Records of a list, newest first, that are as new as `start`."""
        for page in self._newest(path, start, keys, said=said):
            yield from page

    def _newest(
        self,
        path: str,
        start: datetime | None,
        keys: Keys,
        within: str | None = None,
        said: Said = _NOTHING,
    ) -> Iterator[list[Record]]:
        """Pages of a list, newest first, up to the one that has nothing as new as `start`."""
        for page in self._follow(path, said):
            records = page[within] if within else page
            new = [one for one in records if start is None or _latest(one, keys) >= start]
            if records and not new:
                return
            yield new

    def _of(self, path: str) -> Iterator[Record]:
        """All that belongs to a thing that was listed; nothing where it is gone since."""
        for page in self._follow(path, absent=_GONE):
            yield from page

    def _get(self, path: str, said: Said = _NOTHING, absent: tuple[int, ...] = _GONE) -> Any:
        return self._pages.get(f"repos/{self._name}/{path}", said, absent)

    def _follow(
        self, path: str, said: Said = _NOTHING, absent: tuple[int, ...] = _NO_LIST
    ) -> Iterator[Any]:
        everything = {**said, "per_page": _PER_PAGE}
        return self._pages.follow(f"repos/{self._name}/{path}", everything, absent)


def _back(start: datetime | None) -> datetime | None:
    return start - _CHANGES_FOR if start else None


def _latest(record: Mapping[str, Any], keys: Keys) -> datetime:
    """The latest of the times that a record has."""
    return max((moment(record[key]) for key in keys if record.get(key)), default=_BEGINNING)
