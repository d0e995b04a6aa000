"""What each deployment brought, which commits are on the mainline, and which a merge brought."""

from __future__ import annotations

from tests.truth.deployments import Deployed, Deployments
from tests.truth.told import Told, is_to_default_branch

Place = tuple[str | None, str]


class History:
    def __init__(self, told: Told, deployments: Deployments) -> None:
        self.told = told
        self.first_held = first_held(told, deployments)
        self.mainline = mainline(told)

    def brought_by_merge(self, repository: str | None, merge_commit: str | None) -> set[Place]:
        """What is reachable from the second and later parents of a merge, back to the mainline."""
        commit = self.told.commits.get((repository, merge_commit or ""))
        todo = [(repository, sha) for sha in (commit.parents or ())[1:]] if commit else []
        found: set[Place] = set()
        while todo:
            place = todo.pop()
            if place in self.mainline or place in found:
                continue
            found.add(place)
            commit = self.told.commits.get(place)
            todo += [(repository, sha) for sha in (commit.parents or ())] if commit else []
        return found


def first_held(
    told: Told, deployments: Deployments
) -> dict[str, dict[str, tuple[Deployed, str | None]]]:
    """Per service and commit, the first production deployment that succeeded and holds it, and the
    repository that it came from.

    A deployment holds its own commit, those that its tool lists, and all that are reachable from
    these. What was reachable from an earlier success was out already; what a failed one was to
    bring is reachable from the next that succeeds.
    """
    listed: dict[str, list[str]] = {}
    for name, shas in told.listed_commits.items():
        if name in deployments.counted_id:
            listed.setdefault(deployments.counted_id[name], []).extend(shas)
    found: dict[str, dict[str, tuple[Deployed, str | None]]] = {}
    for (service, environment), chain in deployments.chains.items():
        if environment != "production":
            continue
        held = found.setdefault(service, {})
        for deployment in chain:
            todo = [*filter(None, [deployment.commit]), *listed.get(deployment.deployment_id, [])]
            while todo:
                sha = todo.pop()
                if sha in held:
                    continue
                held[sha] = (deployment, deployment.repository)
                commit = told.commits.get((deployment.repository, sha))
                todo += (commit.parents or ()) if commit else ()
    return found


def mainline(told: Told) -> set[Place]:
    """The first-parent line of the default branch.

    It starts from what was merged to it and from the newest commit of each repository that is
    known to lie on it.
    """
    merged = {
        (request.repository, request.merge_commit)
        for request in told.pull_requests
        if request.merged_at is not None and is_to_default_branch(request)
    }
    newest: dict[str | None, tuple[object, ...]] = {}
    todo: list[Place] = []
    for place, commit in told.commits.items():
        if not commit.is_on_default_branch:
            continue
        if place in merged:
            todo.append(place)
        at = (commit.committed_at is not None, commit.committed_at, commit.sha)
        if commit.repository not in newest or newest[commit.repository] < at:
            newest[commit.repository] = at
    todo += [(repository, str(at[-1])) for repository, at in newest.items()]
    found: set[Place] = set()
    while todo:
        place = todo.pop()
        if place not in found:
            found.add(place)
            commit = told.commits.get(place)
            if commit and commit.parents:
                todo.append((place[0], commit.parents[0]))
    return found
