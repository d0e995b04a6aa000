"""What the words of a commit tell: the pull request it merged, the commit it reverted.

Merge subjects are those that GitHub, GitLab and Bitbucket write; a squash ends its subject with
the number of its pull request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestration.sources.git.history import Commit

_GITHUB = re.compile(r"Merge pull request #(\d+) from (?:[^/\s]+/)?(\S+)")
_BITBUCKET = re.compile(r"Merged in (\S+) \(pull request #(\d+)\)")
_GITLAB = re.compile(r"Merge branch '([^']+)' into '[^']+'")
_GITLAB_NUMBER = re.compile(r"^See merge request \S*!(\d+)\s*$", re.MULTILINE)
_SQUASH = re.compile(r"^(.*\S)\s+\(#(\d+)\)$")
_REVERTS = re.compile(r"^This reverts commit [0-9a-f]{40}", re.MULTILINE)
_NOREPLY = re.compile(r"^(?:\d+\+)?(.+)@users\.noreply\.github\.com$")


@dataclass(frozen=True)
class Merge:
    """The pull request that a commit merged: `branch` is None where nothing names it."""

    number: int
    title: str
    branch: str | None


def merge_of(commit: Commit) -> Merge | None:
    """The pull request that a commit of the default branch merged, None for any other."""
    subject = commit.subject
    if match := _GITHUB.match(subject):
        return Merge(int(match.group(1)), _first_of_body(commit) or subject, match.group(2))
    if match := _BITBUCKET.match(subject):
        return Merge(int(match.group(2)), _first_of_body(commit) or subject, match.group(1))
    number = _GITLAB_NUMBER.search(commit.message)
    if number:
        branch = _GITLAB.match(subject)
        title = (_first_of_body(commit) if branch else "") or subject
        return Merge(int(number.group(1)), title, branch.group(1) if branch else None)
    if len(commit.parents) == 1 and (match := _SQUASH.match(subject)):
        return Merge(int(match.group(2)), match.group(1), None)
    return None


def kept_words(commit: Commit) -> str:
    """The subject and what tells a revert; the rest of a message, with its names and addresses,
    is left out."""
    return "\n\n".join([commit.subject, *_REVERTS.findall(commit.message)])


def login_of(commit: Commit) -> str:
    """Who made a commit: GitHub's login where the address holds it, else the address."""
    email = commit.author_email.strip().lower()
    match = _NOREPLY.match(email)
    if match:
        return match.group(1)
    return email or commit.author_name.strip().lower()


def kind_of(commit: Commit) -> str:
    """`Bot` or `User`, as GitHub names them."""
    name = commit.author_name.strip().lower()
    return "Bot" if name.endswith("[bot]") or login_of(commit).endswith("[bot]") else "User"


def _first_of_body(commit: Commit) -> str:
    body = commit.message.partition("\n")[2]
    first = next((line.strip() for line in body.splitlines() if line.strip()), "")
    return "" if _GITLAB_NUMBER.match(first) else first
