"""Changes: what was merged or pushed to the default branch, and when each was out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from tests.truth.commits import History, Place
from tests.truth.definitions import is_bot_name, preference
from tests.truth.deployments import Deployed
from tests.truth.moments import FAR_AHEAD, seconds_between
from tests.truth.people import People
from tests.truth.records import Commit, PullRequest, Review
from tests.truth.services import Services
from tests.truth.told import Told, is_to_default_branch


@dataclass
class Change:
    change_id: str
    repository: str | None
    number: int | None
    system: str | None
    author: str | None
    is_bot: bool
    title: str | None
    message: str | None
    head_branch: str | None
    labels: tuple[str, ...]
    merge_commit: str | None
    commits: set[Place]
    first_commit_at: datetime | None
    opened_at: datetime | None
    ready_at: datetime | None
    merged_at: datetime
    n_changed_lines: int | None = None
    deployment: Deployed | None = None
    held_by: Deployed | None = None
    first_review: Review | None = None
    is_first_review_by_another_team: bool | None = None
    reverts: str | None = None
    is_revert: bool = False
    contributor: str | None = None
    reviews: list[Review] = field(default_factory=list)

    @property
    def deployed_at(self) -> datetime | None:
        return self.deployment.finished_at if self.deployment else None

    @property
    def first_review_at(self) -> datetime | None:
        return self.first_review.submitted_at if self.first_review else None

    @property
    def coding_seconds(self) -> float | None:
        return seconds_between(self.first_commit_at, self.opened_at)

    @property
    def pickup_seconds(self) -> float | None:
        """A draft waits for no review until it is ready."""
        return seconds_between(self.ready_at or self.opened_at, self.first_review_at)

    @property
    def review_seconds(self) -> float | None:
        return seconds_between(self.first_review_at, self.merged_at)

    @property
    def deploy_seconds(self) -> float | None:
        return seconds_between(self.merged_at, self.deployed_at)


class Changes:
    def __init__(
        self, told: Told, history: History, services: Services, people: People, as_of: datetime
    ) -> None:
        self.all = merged(told, history, as_of)
        self.all += pushed(told, history, self.all, as_of)
        self.by_id = {change.change_id: change for change in self.all}
        hints = places_of_commits(history)
        for change in self.all:
            change.held_by = first_deployment(change, history, services, hints)
            if change.held_by is not None and not change.held_by.is_baseline:
                change.deployment = change.held_by
            change.contributor = contributor(change, people)
            reviews = told.reviews_of_pull_request.get(change.change_id, [])
            change.reviews = [r for r in reviews if is_independent(r, change, people, as_of)]
            change.first_review = min(
                change.reviews,
                key=lambda review: (review.submitted_at, review.review_id),
                default=None,
            )
            change.is_first_review_by_another_team = by_another_team(change, people)
        find_reverts(self.all)

    def deployed(self) -> list[Change]:
        return [change for change in self.all if change.deployment is not None]

    def taken_back(self) -> list[tuple[Change, Change]]:
        """What is out and takes something back, with what that was."""
        return [
            (change, self.by_id[change.reverts])
            for change in self.all
            if change.deployment is not None and change.reverts is not None
        ]


def merged(told: Told, history: History, as_of: datetime) -> list[Change]:
    found = []
    for request in told.pull_requests:
        at = request.merged_at
        if at is None or at > as_of or not is_to_default_branch(request):
            continue
        commits = commits_of(request, told, history)
        authored = [told.commits[place].authored_at for place in commits if place in told.commits]
        merge = told.commits.get((request.repository, request.merge_commit or ""))
        first = min((one for one in authored if one is not None), default=None)
        if first is None and merge is not None:
            # A squash keeps the author date of a branch that is not known itself.
            first = merge.authored_at
        found.append(
            Change(
                change_id=request.pull_request_id,
                repository=request.repository,
                number=request.number,
                system=request.system,
                author=request.author,
                is_bot=request.author_type == "Bot" or is_bot_name(request.author),
                title=request.title,
                message=merge.message if merge else None,
                head_branch=request.head_branch,
                labels=request.labels,
                merge_commit=request.merge_commit,
                commits=commits,
                first_commit_at=first,
                opened_at=request.created_at,
                ready_at=request.ready_at,
                merged_at=at,
                n_changed_lines=request.n_changed_lines,
            )
        )
    return found


def commits_of(request: PullRequest, told: Told, history: History) -> set[Place]:
    """As the tool lists them, what the merge commit brought, and the head of the branch."""
    listed = told.commits_of_pull_request.get(request.pull_request_id, [])
    found = {(commit.repository, commit.sha) for commit in listed}
    found |= history.brought_by_merge(request.repository, request.merge_commit)
    if request.head is not None:
        found.add((request.repository, request.head))
    return found


def pushed(told: Told, history: History, merged: list[Change], as_of: datetime) -> list[Change]:
    """Commits of the mainline that no pull request brought.

    A rebase puts copies of a branch's commits there, with the author date that they had: they
    belong to the pull request. A commit with several parents is a merge and not a change itself.
    """
    merge_commits = {change.merge_commit for change in merged}
    copies = {
        (repository, told.commits[repository, sha].authored_at)
        for change in merged
        for repository, sha in change.commits
        if (repository, sha) in told.commits
    }
    candidates: list[Commit] = []
    for place in history.mainline:
        commit = told.commits.get(place)
        if commit is None or commit.sha in merge_commits:
            continue
        if commit.authored_at is not None and (commit.repository, commit.authored_at) in copies:
            continue
        if commit.parents is None or len(commit.parents) != 1:
            continue
        if commit.committed_at is not None and commit.committed_at <= as_of:
            candidates.append(commit)
    best: dict[str, int] = {}
    for commit in candidates:
        rank = preference(commit.system)
        best[commit.sha] = min(rank, best.get(commit.sha, rank))
    return [
        Change(
            change_id=f"{commit.repository}@{commit.sha}",
            repository=commit.repository,
            number=None,
            system=commit.system,
            author=commit.author,
            is_bot=commit.author_type == "Bot" or is_bot_name(commit.author),
            title=commit.message.split("\n")[0] if commit.message else None,
            message=commit.message,
            head_branch=None,
            labels=(),
            merge_commit=commit.sha,
            commits=set(),
            first_commit_at=commit.authored_at,
            opened_at=None,
            ready_at=None,
            merged_at=commit.committed_at,
        )
        for commit in candidates
        if preference(commit.system) == best[commit.sha] and commit.committed_at is not None
    ]


Hints = dict[str, list[tuple[str, Deployed, str | None]]]


def places_of_commits(history: History) -> Hints:
    """Per commit, the services that deployed it first: when, and from which repository."""
    found: Hints = {}
    for service, held in history.first_held.items():
        for sha, (deployment, repository) in held.items():
            found.setdefault(sha, []).append((service, deployment, repository))
    return found


def first_deployment(
    change: Change, history: History, services: Services, hints: Hints
) -> Deployed | None:
    """The first production deployment that holds the change, over the services of its repository.

    A service holds it by its merge commit, or by all of its own commits, the last of them: a
    branch can be deployed before it is merged. Where neither is known, by the merge commit after
    it moved along with a service into another repository; and then by some of its own commits. Of
    a repository with several services, only those that a label names count if one does.
    """
    certain: list[tuple[str, str, Deployed]] = []
    moved: list[tuple[str, str, Deployed]] = []
    partly: list[tuple[str, str, Deployed]] = []
    for service, deployment, repository in hints.get(change.merge_commit or "", []):
        if repository == change.repository:
            certain.append(("by merge", service, deployment))
        elif service in services.of_repository.get(change.repository or "", ()):
            moved.append(("by merge", service, deployment))
    held_by: dict[str, list[Deployed]] = {}
    for repository, sha in change.commits:
        for service, deployment, its_repository in hints.get(sha, []):
            if its_repository == repository:
                held_by.setdefault(service, []).append(deployment)
    n_commits = len({sha for _, sha in change.commits})
    for service, deployments in held_by.items():
        last = max(deployments, key=lambda one: one.sequence or 0)
        ways = certain if len(deployments) == n_commits else partly
        ways.append(("by own commits", service, last))
    labelled = {
        service
        for service in services.of_repository.get(change.repository or "", ())
        for label in change.labels
        if services.is_labelled(label, service, change.repository)
    }
    for found in (certain, moved, partly):
        counted = [way for way in found if not labelled or way[1] in labelled]
        if counted:
            return min(
                counted,
                key=lambda way: (way[2].finished_at or FAR_AHEAD, way[0] != "by merge", way[1]),
            )[2]
    return None


def contributor(change: Change, people: People) -> str | None:
    """People are counted over this: matched to a person or not, and never a bot. GitLab knows who
    merged by a username and who committed by an address: an address that matches nobody would
    count someone a second time."""
    if change.is_bot or change.author is None:
        return None
    person = people.person_of(change.system, change.author)
    if person is not None:
        return person
    if change.system == "gitlab" and "@" in change.author:
        return None
    return f"{change.system}/{change.author.lower()}"


def is_independent(review: Review, change: Change, people: People, as_of: datetime) -> bool:
    """What another person said: not the author, under whatever login, and not a bot."""
    if review.submitted_at is None or review.submitted_at > as_of:
        return False
    if review.reviewer_type == "Bot" or is_bot_name(review.reviewer):
        return False
    reviewer = people.person_of(review.system, review.reviewer)
    if reviewer is not None and reviewer == people.person_of(change.system, change.author):
        return False
    return (review.reviewer or "").lower() != (change.author or "").lower()


def by_another_team(change: Change, people: People) -> bool | None:
    """Whether the first review came from outside of the team that owned the service. Not known
    where the service had no owner or the reviewer no team."""
    review, at = change.first_review, change.first_review_at
    if review is None or at is None or change.deployment is None:
        return None
    person = people.person_of(review.system, review.reviewer)
    owners = {one.team_id for one in people.owners_at(change.deployment.service_id, at)}
    teams = people.teams_of_person_at(person, at) if person else set()
    if not owners or not teams:
        return None
    return not owners & teams


def find_reverts(changes: list[Change]) -> None:
    """A revert says so in its title, by the name of its branch or in its message. What it takes
    back is named by a commit or by a number; where neither is known, it takes back nothing that
    is known. What takes back a revert brings the change back that the revert had taken away, and
    is no revert itself."""
    of_commit: dict[Place, set[str]] = {}
    of_number: dict[tuple[str | None, int], set[str]] = {}
    for change in changes:
        places = set(change.commits)
        if change.merge_commit is not None:
            places.add((change.repository, change.merge_commit))
        for place in places:
            of_commit.setdefault(place, set()).add(change.change_id)
        if change.number is not None:
            of_number.setdefault((change.repository, change.number), set()).add(change.change_id)
    takers: dict[str, Change] = {}
    for change in changes:
        branch = re.match(r"revert-([0-9]+)-", change.head_branch or "")
        message = re.search(r"This reverts commit ([0-9a-f]{40})", change.message or "")
        if not (
            re.match(r"Revert\b", change.title or "")
            or branch
            or "This reverts commit " in (change.message or "")
        ):
            continue
        takers[change.change_id] = change
        named: set[str] = set()
        if message:
            named |= of_commit.get((change.repository, message[1]), set())
        if branch:
            named |= of_number.get((change.repository, int(branch[1])), set())
        change.reverts = min(named - {change.change_id}, default=None)
    for change in takers.values():
        change.is_revert = n_taken_back(change, takers) % 2 == 1


def n_taken_back(change: Change | None, takers: dict[str, Change], links: int = 20) -> int:
    """How often something is taken back, along a chain of reverts. Where it is not known what one
    takes back, its title says how often: Revert "Revert "X"" and Reapply "X" do so twice."""
    if change is None or change.change_id not in takers or links == 0:
        return 0
    if change.reverts is not None:
        return 1 + n_taken_back(takers.get(change.reverts), takers, links - 1)
    words = re.match(r'((Revert|Reapply) "?)*', change.title or "")
    said = words[0] if words else ""
    return max(1, said.count("Revert") + 2 * said.count("Reapply"))
