"""Records in the form of GitHub's REST objects, with the keys that a clone can fill."""

from __future__ import annotations

import hashlib

from orchestration.sources.git.history import Commit, Tag
from orchestration.sources.git.recognise import Merge, kept_words, kind_of, login_of

Record = dict[str, object]


def commit_record(repository: str, commit: Commit) -> Record:
    return {
        "sha": commit.sha,
        "repository": repository,
        "commit": {
            "author": {"date": commit.authored_at},
            "committer": {"date": commit.committed_at},
            "message": kept_words(commit),
        },
        "author": {"login": login_of(commit), "type": kind_of(commit)},
        "parents": [{"sha": sha} for sha in commit.parents],
    }


def pull_request_record(
    repository: str, branch: str, merge: Merge, merged_by: Commit, author: Commit
) -> Record:
    """When it was opened, a history does not tell: `created_at` is left out."""
    is_squash = len(merged_by.parents) == 1
    return {
        "id": _number(repository, "pull request", str(merge.number)),
        "number": merge.number,
        "state": "closed",
        "title": merge.title,
        "user": {"login": login_of(author), "type": kind_of(author)},
        "labels": [],
        "updated_at": merged_by.committed_at,
        "closed_at": merged_by.committed_at,
        "merged_at": merged_by.committed_at,
        "merge_commit_sha": merged_by.sha,
        "head": {"ref": merge.branch, "sha": None if is_squash else merged_by.parents[1]},
        "base": {
            "ref": branch,
            "sha": merged_by.parents[0],
            "repo": {"full_name": repository, "default_branch": branch},
        },
        "repository": repository,
    }


def release_record(repository: str, tag: Tag, is_final: bool) -> Record:
    return {
        "id": _number(repository, "release", tag.name),
        "tag_name": tag.name,
        "target_commitish": tag.commit_sha,
        "draft": False,
        "prerelease": not is_final,
        "created_at": tag.tagged_at,
        "published_at": tag.tagged_at,
        "repository": repository,
    }


def deployment_records(repository: str, tag: Tag) -> tuple[Record, Record]:
    """A tag that counts as a deployment to production, and its success."""
    number = _number(repository, "deployment", tag.name, tag.commit_sha)
    deployment: Record = {
        "id": number,
        "sha": tag.commit_sha,
        "ref": tag.name,
        "task": "release",
        "environment": "production",
        "created_at": tag.tagged_at,
        "updated_at": tag.tagged_at,
        "repository": repository,
    }
    status: Record = {
        "id": _number(repository, "deployment status", tag.name, tag.commit_sha),
        "deployment_id": number,
        "state": "success",
        "created_at": tag.tagged_at,
        "updated_at": tag.tagged_at,
        "repository": repository,
    }
    return deployment, status


def _number(*parts: str) -> int:
    """The same number for the same thing in every extract; 52 bits, as JSON numbers keep them."""
    return int(hashlib.sha256("\0".join(parts).encode()).hexdigest()[:13], 16)
