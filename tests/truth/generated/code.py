"""Commits, pull requests and reviews, in one repository after another."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.truth.generated.draft import Draft
from tests.truth.generated.times import hours, moments, text

BOTS = ["dependabot[bot]", "@@deploy-bot"]


def sha(repository: str, name: str) -> str:
    """Forty digits that tell repository and commit apart: the organisation's two come first."""
    return "##" + f"{repository[-1]}{name}".encode().hex().ljust(38, "0")


def add_repository(draft: Draft, repository: str) -> None:
    """A few things in a row: pull requests that were merged, squashed or rebased, and pushes."""
    at = draft.at(moments(draft.anchor, 3))
    root = sha(repository, "root")
    add_commit(draft, repository, root, [], at, author="@@p0")
    draft.mainline[repository] = [(root, at)]
    merged: list[int] = []
    for number in range(1, draft.count(2, 7) + 1):
        at += draft.at(hours(0, 40))
        if draft.happens(5):
            push(draft, repository, number, at)
        else:
            merge(draft, repository, number, at, merged)
            merged.append(number)


def add_commit(
    draft: Draft,
    repository: str,
    name: str,
    parents: list[str],
    at: datetime,
    *,
    author: str,
    message: str = "Work",
) -> None:
    draft.add(
        "generic/commits",
        repository=repository,
        commit_sha=name,
        author_identity=author,
        authored_at=text(draft.maybe(at - timedelta(minutes=30), 8)),
        committed_at=text(at),
        message=message,
        parents=parents,
    )


def someone(draft: Draft) -> str:
    """A person, by one of their logins and in any case of letters, a stranger or a bot."""
    person = draft.one(draft.people or ["@@p0", "@@p1"])
    return draft.one([person, person, person.upper(), f"{person}-second", "@@stranger", *BOTS])


def push(draft: Draft, repository: str, number: int, at: datetime) -> None:
    name = sha(repository, f"push{number}")
    before, _ = draft.mainline[repository][-1]
    add_commit(draft, repository, name, [before], at, author=someone(draft))
    draft.mainline[repository].append((name, at))


def merge(draft: Draft, repository: str, number: int, at: datetime, earlier: list[int]) -> None:
    """A pull request, and what it left on the default branch."""
    before, _ = draft.mainline[repository][-1]
    branch = [sha(repository, f"b{number}-{one}") for one in range(draft.count(1, 2))]
    branched_at = at - draft.at(hours(0, 60))
    author, how = someone(draft), draft.one(["merge", "squash", "rebase"])
    landed = sha(repository, f"m{number}")
    title, head_branch, message = f"Change {number}", f"change-{number}", "Work"
    if earlier and draft.happens(3):
        taken_back = draft.one(earlier)
        draft.reverts.add(landed)
        title = f"Revert change {taken_back}"
        if draft.happens(2):
            head_branch = f"revert-{taken_back}-change"
        else:
            message = f"This reverts commit {sha(repository, f'm{taken_back}')}."
    is_to_main = not draft.happens(10)
    parents = [before, branch[-1]] if how == "merge" else [before]
    add_commit(draft, repository, landed, parents, at, author=author, message=message)
    is_branch_known = draft.happens(2)
    if how == "merge" or is_branch_known:
        for place, name in enumerate(branch):
            add_commit(
                draft,
                repository,
                name,
                [branch[place - 1] if place else before],
                at if how == "rebase" else branched_at + timedelta(hours=place),
                author=author,
            )
    if is_to_main:
        draft.mainline[repository].append((landed, at))
    opened_at = branched_at + draft.at(hours(-2, 30))
    name = f"@@{repository[-2:]}pr{number}"
    draft.add(
        "generic/pull_requests",
        pull_request_id=name,
        repository=repository,
        number=number,
        title=title,
        author_identity=draft.maybe(author, 12),
        author_type="Bot" if draft.happens(12) else None,
        created_at=text(opened_at),
        ready_at=text(opened_at + draft.at(hours(0, 10)) if draft.happens(3) else None),
        merged_at=text(draft.maybe(at, 12)),
        merge_commit_sha=draft.maybe(landed, 8),
        head_branch=head_branch,
        base_branch="main" if is_to_main else "release",
        labels=labels(draft, repository),
        additions=draft.maybe(draft.one([0, 20, 49, 50, 399]), 6),
        deletions=draft.maybe(draft.one([0, 1]), 6),
    )
    if draft.happens(2):
        for place, commit in enumerate(branch):
            draft.add(
                "generic/pull_request_commits",
                pull_request_id=name,
                commit_sha=commit,
                authored_at=text(branched_at + timedelta(hours=place)),
            )
    for place in range(draft.count(0, 3)):
        draft.add(
            "generic/reviews",
            review_id=f"{name}v{place}",
            pull_request_id=name,
            reviewer_identity=draft.one(
                [author, someone(draft), draft.one(draft.people or [author])]
            ),
            state=draft.one(["approved", "commented"]),
            submitted_at=text(opened_at + draft.at(hours(-2, 40))),
        )


def labels(draft: Draft, repository: str) -> list[str] | None:
    here = [one for one in draft.services if draft.repository_of[one] == repository]
    return [f"service:{draft.one(here)}"] if here and draft.happens(3) else None
