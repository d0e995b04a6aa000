"""Replays one repository: branches, merges, deployments, and what they break.

Events are taken from a heap in order of time, so that each merge and deployment sees
the default branch as it was then. Shares: about 3 % of pipelines fail, 3–20 % of what
reaches production has to be rolled back, reverted, fixed or sat out.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import random
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from orchestration.sources.demo.planted import Planted
from orchestration.sources.demo.work.changes import Plan, Planner, around
from orchestration.sources.demo.work.history import (
    Commit,
    Deployment,
    History,
    PullRequest,
    Release,
    Review,
    Status,
    Trouble,
)
from orchestration.sources.demo.world import names
from orchestration.sources.demo.world.calendar import (
    HOUR,
    MINUTE,
    day_of,
    instant,
    is_workday,
    season,
)
from orchestration.sources.demo.world.organisation import (
    CADENCE_WEIGHTS,
    CADENCES,
    GITHUB,
    Account,
    Organisation,
    Person,
    Repository,
    Service,
)
from orchestration.sources.demo.world.rotations import Rotations

DEPLOY_BOT = Account("harbourline-deploy[bot]", 88_200_417, "Bot", "deploy", "deploy@bot.example")
# Ranges of ids: a repository's number times the width, so that none needs another's
# count and repositories can be made in any order.
PULL_IDS = (1_800_000_000, 200_000)
REVIEW_IDS = (3_000_000_000, 400_000)
DEPLOYMENT_IDS = (900_000_000, 200_000)
STATUS_IDS = (5_000_000_000, 1_000_000)
RELEASE_IDS = (90_000_000, 10_000)
TIER_RISK = {"tier_1": 0.8, "tier_2": 1.0, "tier_3": 1.15}


@dataclass(slots=True)
class Delivery:
    """How one service is delivered. ``successes``: (instant, sha, deployment)."""

    service: Service
    cadence: str
    payload: str
    has_staging: bool
    has_releases: bool
    risk: float
    pipeline: float
    successes: dict[str, list[tuple[int, str, Deployment]]]
    frozen_until: int = 0


class Replay:
    """One repository over the period."""

    def __init__(
        self,
        organisation: Organisation,
        repository: Repository,
        rotations: Rotations,
        planted: Planted,
    ) -> None:
        self.organisation = organisation
        self.repository = repository
        self.rotations = rotations
        self.planted = planted
        self.rng = random.Random(f"{organisation.seed}/{repository.full_name}")
        self.planner = Planner(organisation, repository, self.rng)
        self.history = History()
        self.tips: list[tuple[int, str]] = []
        self.merged: list[tuple[int, PullRequest, Service | None]] = []
        self.targets = dict(repository.targets)
        self._counts: dict[str, int] = {}
        self._heap: list[tuple[int, int, str, tuple[Any, ...]]] = []
        self._sequence = 0
        self.deliveries = [self._delivery(s) for s in repository.services]

    def run(self) -> History:
        """Everything until ``as_of``."""
        self._begin()
        while self._heap:
            at, _, kind, what = heapq.heappop(self._heap)
            if at <= self.organisation.period.as_of:
                getattr(self, f"_on_{kind}")(at, *what)
        return self.history

    # Preparation

    def _delivery(self, service: Service) -> Delivery:
        rng = self.rng
        owner = service.owners[0]
        cadence = owner.team.cadence
        if rng.random() < 0.25:
            cadence = rng.choices(CADENCES, CADENCE_WEIGHTS)[0]
        if self.repository.targets or "monorepo" in service.traits:
            cadence = "on_merge"
        debt = self.organisation.influences.of_debt(service)
        risk = 0.062 * debt * TIER_RISK[service.criticality]
        risk *= 1.3 if cadence in ("weekly", "fortnightly") else 1.0
        payloads = ("object", "text", "null")
        payload = rng.choices(payloads, (50, 20, 30))[0]
        if "monorepo" in service.traits:
            payload = rng.choice(payloads[:2])
        if service.tools == GITHUB:
            self.planted.record("payload_kinds", service_id=service.service_id, kind=payload)
        return Delivery(
            service=service,
            cadence=cadence,
            payload=payload,
            has_staging=rng.random() < (0.3 if cadence == "on_merge" else 0.75),
            has_releases=service.tools == GITHUB
            and cadence in ("weekly", "fortnightly")
            and rng.random() < 0.6,
            risk=min(0.2, risk * rng.lognormvariate(0, 0.25)),
            pipeline=0.028 * debt * rng.lognormvariate(0, 0.3),
            successes={"production": [], "staging": []},
        )

    def _begin(self) -> None:
        period = self.organisation.period
        services = self.repository.services
        born = min((s.born for s in services), default=period.start - 300)
        owner = services[0].owners[0].team if services else self.repository.teams[0]
        member = owner.members(max(born, period.start))[0]
        start = instant(owner.site.zone, born, 10 * HOUR)
        self._advance(start, self._commit("root", member.accounts[0][1], start, "Begin", ()))
        for day in range(max(period.start, born), period.end):
            for plan in self.planner.day(day):
                self._push(plan.created_at, "open", plan)
        for delivery in self.deliveries:
            self._schedule(delivery)
        if self.rng.random() < 0.2 and self.planted.planned("direct_pushes"):
            for _ in range(self.rng.randrange(2, 9)):
                day = self.rng.randrange(max(period.start, born), period.end)
                self._push(instant("UTC", day, 15 * HOUR), "direct")

    def _schedule(self, delivery: Delivery) -> None:
        """Fixed times of deployment; a service that deploys on merge starts once."""
        period, service = self.organisation.period, delivery.service
        start = max(period.start, service.born + 9)
        zone = service.owners[0].team.site.zone
        site = service.owners[0].team.site
        hour = self.rng.choice((10, 11, 14, 15)) * HOUR
        if delivery.cadence == "on_merge":
            self._push(instant(zone, start, 10 * HOUR), "tick", delivery)
            return
        weekday = self.rng.choice((1, 2, 3))
        parity = self.rng.randrange(2)
        for day in range(start, period.end):
            if not is_workday(site, day) or self.rng.random() > season(day) + 0.1:
                continue
            here = date.fromordinal(day).weekday()
            if delivery.cadence != "daily" and here != weekday:
                continue
            if delivery.cadence == "fortnightly" and day // 7 % 2 != parity:
                continue
            at = instant(zone, day, hour + int(self.rng.random() * 40 * MINUTE))
            self._push(at, "tick", delivery)

    # The heap and the counters

    def _push(self, at: int, kind: str, *what: object) -> None:
        self._sequence += 1
        heapq.heappush(self._heap, (at, self._sequence, kind, what))

    def _count(self, what: str) -> int:
        self._counts[what] = self._counts.get(what, 0) + 1
        return self._counts[what]

    def _id(self, ids: tuple[int, int]) -> int:
        first, width = ids
        return first + self.repository.number * width + self._count(str(first))

    def _sha(self, *parts: object) -> str:
        text = "/".join(map(str, (self.organisation.seed, self.repository.full_name, *parts)))
        return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def _due(self, name: str, at: int) -> bool:
        """Whether a planted event is due here; it then happens once."""
        due = self.targets.get(name)
        return due is not None and at >= due

    def _done(self, name: str, **ids: str | int) -> None:
        del self.targets[name]
        self.planted.record(name, repository=self.repository.full_name, **ids)

    # The default branch

    def _commit(
        self,
        part: object,
        account: Account,
        authored: int,
        message: str,
        parents: tuple[str, ...],
        committed: int | None = None,
        by_web: bool = False,
    ) -> Commit:
        return Commit(
            self._sha(part),
            account,
            authored,
            authored if committed is None else committed,
            message,
            parents,
            by_web,
        )

    def _advance(self, at: int, *commits: Commit) -> None:
        """Put commits on the default branch; the last is its new tip."""
        self.history.commits.extend(replace(c, reached_at=at) for c in commits)
        self.tips.append((at, commits[-1].sha))

    def _tip(self, at: int) -> str:
        place = bisect_right(self.tips, (at, "~"))
        return self.tips[max(0, place - 1)][1]

    def _on_direct(self, at: int) -> None:
        team = (
            self.repository.services[0].keeper(day_of(at)).team
            if self.repository.services
            else self.repository.teams[0]
        )
        members = team.members(day_of(at))
        if not members:
            return
        account = self.rng.choice(members).account(day_of(at))
        part = f"direct/{self._count('direct')}"
        commit = self._commit(part, account, at, "Correct a typo", (self._tip(at),))
        self._advance(at, commit)
        self.planted.record("direct_pushes", repository=self.repository.full_name, sha=commit.sha)

    # Pull requests

    def _on_open(self, at: int, plan: Plan) -> None:
        number = self._count("pull")
        base = self._tip(plan.commit_times[0])
        commits: list[Commit] = []
        parent = base
        for place, (when, message) in enumerate(zip(plan.commit_times, plan.messages, strict=True)):
            part = f"pull/{number}/{place}"
            commits.append(self._commit(part, plan.account, when, message, (parent,)))
            parent = commits[-1].sha
        files = max(1, min(40, plan.lines // 25 + self.rng.randrange(3)))
        added = int(plan.lines * self.rng.uniform(0.4, 1))
        pull = PullRequest(
            pull_id=self._id(PULL_IDS),
            number=number,
            account=plan.account,
            title=plan.title,
            body=plan.body,
            branch=plan.branch,
            labels=plan.labels,
            created_at=plan.created_at,
            ready_at=plan.ready_at,
            closed_at=None,
            merged_at=None,
            merged_by=None,
            merge_sha=self._sha("test-merge", number),
            base_sha=base,
            commits=commits,
            reviews=[],
            additions=added,
            deletions=plan.lines - added,
            files=files,
        )
        for account, state, when, n_comments in plan.reviews:
            seen = [c.sha for c in commits if c.committed_at <= when]
            pull.reviews.append(
                Review(
                    self._id(REVIEW_IDS),
                    account,
                    state,
                    when,
                    seen[-1] if seen else commits[0].sha,
                    "" if state == "APPROVED" else "Please see my remarks.",
                    n_comments,
                )
            )
        self.history.pulls.append(pull)
        if plan.merged_at is not None:
            self._push(plan.merged_at, "merge", plan, pull)
        else:
            # When this is after as_of, the state as of any extract is still open.
            pull.closed_at = plan.closed_at

    def _on_merge(self, at: int, plan: Plan, pull: PullRequest) -> None:
        service, commits = plan.service, pull.commits
        if (
            self._due("deployed_before_merge", at)
            and service
            and not plan.unplanned
            and not plan.postponed
            and plan.account.kind == "User"
        ):
            plan.postponed = True
            deployment = self._deploy(
                at, self._of(service), "production", sha=commits[-1].sha, sure=True
            )
            self._push(at + 40 * MINUTE, "merge", plan, pull)
            self._done(
                "deployed_before_merge",
                number=pull.number,
                deployment_id=deployment.deployment_id,
            )
            return
        tip, method = self._tip(at), self.repository.merge_method
        number = pull.number
        if method == "merge":
            text = _merge_title(self.repository, number, plan.branch)
            merge = self._commit(
                f"merge/{number}",
                plan.merger,
                at,
                f"{text}\n\n{plan.title}",
                (tip, commits[-1].sha),
                by_web=True,
            )
            self._advance(at, *commits, merge)
        elif method == "squash":
            text = f"{plan.title} (#{number})"
            if plan.reverts:
                text += f"\n\nThis reverts commit {plan.reverts}."
            part = f"squash/{number}"
            self._advance(
                at,
                self._commit(part, plan.account, at, text, (tip,), by_web=True),
            )
        else:
            rebased: list[Commit] = []
            for place, commit in enumerate(commits):
                rebased.append(
                    self._commit(
                        f"rebase/{number}/{place}",
                        commit.author,
                        commit.authored_at,
                        commit.message,
                        (rebased[-1].sha if rebased else tip,),
                        committed=at,
                    )
                )
            self._advance(at, *rebased)
        pull.merge_sha = self.tips[-1][1]
        pull.merged_at = pull.closed_at = at
        pull.merged_by = plan.merger
        self.merged.append((at, pull, service))
        if service is None:
            return
        delivery = self._of(service)
        if plan.unplanned:
            self._push(at + around(self.rng, 8 * MINUTE, 0.4), "deploy", delivery, True)
        elif delivery.cadence == "on_merge" and day_of(at) >= service.born + 9:
            wait = around(self.rng, 15 * MINUTE, 0.6)
            self._push(at + wait, "deploy", delivery, False)

    def _of(self, service: Service) -> Delivery:
        return next(d for d in self.deliveries if d.service is service)

    # Deployments

    def _on_tick(self, at: int, delivery: Delivery) -> None:
        tip = self._tip(at)
        made = delivery.successes["production"]
        if made and made[-1][1] == tip:
            return
        if delivery.has_staging:
            self._deploy(at, delivery, "staging", sha=tip)
            at += around(self.rng, 50 * MINUTE, 0.4)
        self._push(at, "production", delivery, tip)

    def _on_production(self, at: int, delivery: Delivery, sha: str) -> None:
        if delivery.frozen_until <= at:
            self._deploy(at, delivery, "production", sha=sha)

    def _on_deploy(self, at: int, delivery: Delivery, unplanned: bool) -> None:
        if unplanned:
            delivery.frozen_until = 0
        elif delivery.frozen_until > at:
            # After a rollback nothing goes out until the fix is in.
            return
        if self._due("two_deployments_in_one_second", at) and not unplanned:
            pair = [
                self._deploy(at, delivery, "production", sure=True, seconds=300) for _ in range(2)
            ]
            self._done(
                "two_deployments_in_one_second",
                first=pair[0].deployment_id,
                second=pair[1].deployment_id,
            )
            return
        tip = self._tip(at)
        made = delivery.successes["production"]
        if made and made[-1][1] == tip and not unplanned:
            return
        if delivery.has_staging and not unplanned:
            self._deploy(at, delivery, "staging", sha=tip)
            at += around(self.rng, 12 * MINUTE, 0.3)
            self._push(at, "production", delivery, tip)
            return
        self._deploy(at, delivery, "production", sha=tip, unplanned=unplanned)

    def _on_rollback(self, at: int, delivery: Delivery, sha: str, lead: int) -> None:
        self._deploy(at, delivery, "production", sha=sha, unplanned=True, sure=True)
        delivery.frozen_until = at + lead

    def _deploy(
        self,
        at: int,
        delivery: Delivery,
        environment: str,
        sha: str = "",
        unplanned: bool = False,
        sure: bool = False,
        seconds: int = 0,
    ) -> Deployment:
        """One deployment and its statuses; ``sure`` means it cannot go wrong."""
        rng, service = self.rng, delivery.service
        sha = sha or self._tip(at)
        deployment = Deployment(
            deployment_id=self._id(DEPLOYMENT_IDS),
            service=service,
            environment=environment,
            sha=sha,
            ref="main",
            payload=self._payload(delivery, unplanned),
            account=self._deployer(at, service),
            created_at=at,
        )
        is_release = delivery.has_releases and environment == "production"
        if is_release and all(sha != old for _, old, _ in delivery.successes[environment]):
            self._release(at, deployment)
        self.history.deployments.append(deployment)
        ran = seconds or around(rng, 6 * MINUTE, 0.5)
        has_failed = not sure and rng.random() < delivery.pipeline
        if self._due("failed_commits_carried", at) and environment == "production":
            has_failed = not sure and not unplanned
            if has_failed:
                self._done("failed_commits_carried", deployment_id=deployment.deployment_id)
        result = "success"
        if has_failed:
            result = rng.choices(("failure", "error"), (7, 3))[0]
        self._status(deployment, "queued", at + 2)
        self._status(deployment, "in_progress", at + 4 + int(rng.random() * 40))
        end = at + 50 + ran
        self._status(deployment, result, end)
        if has_failed:
            if environment == "production":
                wait = around(rng, 45 * MINUTE, 0.8)
                self._push(end + wait, "production", delivery, self._tip(end))
            return deployment
        made = delivery.successes[environment]
        if made:
            self._status(made[-1][2], "inactive", end + 1)
        before = made[-1] if made else None
        made.append((at, sha, deployment))
        if environment == "production" and not sure and before:
            risk = delivery.risk * (0.5 if unplanned else 1.0)
            if self._due("rollback_to_first", at) and self._first_of_three(delivery, end):
                return deployment
            if before[1] != sha and rng.random() < risk:
                self._break(end, delivery, deployment, before)
        return deployment

    def _status(self, deployment: Deployment, state: str, at: int) -> None:
        deployment.statuses.append(Status(self._id(STATUS_IDS), state, at))

    def _payload(self, delivery: Delivery, unplanned: bool) -> object:
        if delivery.payload == "null":
            return None
        payload: dict[str, object] = {"pipeline": "deliver"}
        payload["run"] = 1_000 + self._count("run")
        if "monorepo" in delivery.service.traits:
            payload["service"] = delivery.service.name
        # Marking unplanned work is asked of people, and not everybody does.
        if unplanned and self.rng.random() < 0.65:
            payload |= {"unplanned": True, "reason": "incident"}
        return json.dumps(payload) if delivery.payload == "text" else payload

    def _deployer(self, at: int, service: Service) -> Account:
        if self.rng.random() < 0.88:
            return DEPLOY_BOT
        return self._responder(service, at).account(day_of(at))

    def _release(self, at: int, deployment: Deployment) -> None:
        when = date.fromordinal(day_of(at)).isocalendar()
        tag = f"v{when.year}.{when.week}.{self._count('release')}"
        created = next(
            c.committed_at for c in reversed(self.history.commits) if c.sha == deployment.sha
        )
        self.history.releases.append(
            Release(self._id(RELEASE_IDS), tag, deployment.sha, DEPLOY_BOT, created, at - 90)
        )
        deployment.ref = tag
        deployment.tag_only = self.rng.random() < 0.4 and self.planted.planned(
            "tag_only_deployments"
        )
        if deployment.tag_only:
            self.planted.record(
                "tag_only_deployments", deployment_id=deployment.deployment_id, tag=tag
            )

    # What breaks

    def _responder(self, service: Service, at: int) -> Person:
        owner = service.owner(day_of(at))
        return self.rotations.on_call(owner.team if owner else None, at)[0]

    def _break(
        self,
        end: int,
        delivery: Delivery,
        deployment: Deployment,
        before: tuple[int, str, Deployment],
    ) -> None:
        """The deployment was bad: somebody notices, and does something about it."""
        rng, service = self.rng, delivery.service
        noticed = end + min(20 * HOUR, around(rng, 45 * MINUTE, 1.1))
        responder = self._responder(service, noticed)
        reverted = self._blamed(before[0], deployment.created_at, service)
        remedies, weights = ("rollback", "revert", "fix", "wait"), (40, 24, 26, 10)
        remedy = rng.choices(remedies, weights)[0]
        asked = "revert_of_a_revert"
        twice = bool(reverted) and self._due(asked, end)
        if twice:
            remedy = "revert"
        if remedy == "revert" and not reverted:
            remedy = "fix"
        crew = service.keeper(day_of(noticed)).team.members(day_of(noticed))
        start = noticed + around(rng, 18 * MINUTE, 0.7)
        solved = noticed + around(rng, 100 * MINUTE, 0.9)
        if remedy == "rollback":
            lead = around(rng, 5 * HOUR, 0.6)
            self._push(start, "rollback", delivery, before[1], lead)
            solved = start + 12 * MINUTE
            if reverted or rng.random() < 0.5:
                # The fix follows in daylight, and is planned work by then.
                plan = self.planner.repair(start + lead, service, responder, crew, None)
                self._push(plan.created_at, "open", plan)
        elif remedy in ("revert", "fix"):
            cause = reverted if remedy == "revert" else None
            plan = self.planner.repair(start, service, responder, crew, cause)
            self._push(plan.created_at, "open", plan)
            solved = (plan.merged_at or start) + 20 * MINUTE
            if twice:
                self._push(solved + 20 * HOUR, "again", plan, service)
        if service.pager_id and rng.random() < 0.78:
            self.history.troubles.append(
                Trouble(
                    service=service,
                    at=noticed,
                    resolved_at=solved + around(rng, 6 * MINUTE, 0.6),
                    deployment_id=deployment.deployment_id,
                    root_cause=rng.choices(names.ROOT_CAUSES[:3], (70, 22, 8))[0],
                    names_cause=rng.random() < 0.66,
                    urgent=rng.random() < 0.85,
                )
            )

    def _on_again(self, at: int, first: Plan, service: Service) -> None:
        """The reverted change comes back: the revert is reverted."""
        if not self._due("revert_of_a_revert", at):
            return
        pull = next(p for _, p, _ in self.merged if p.branch == first.branch)
        crew = service.keeper(day_of(at)).team.members(day_of(at))
        plan = self.planner.repair(
            at,
            service,
            crew[0],
            crew,
            (pull.number, pull.title, pull.branch, pull.merge_sha),
        )
        plan.unplanned = False
        self._push(plan.created_at, "open", plan)
        self._done("revert_of_a_revert", number=pull.number, branch=plan.branch)

    def _blamed(self, after: int, until: int, service: Service) -> tuple[int, str, str, str] | None:
        """The latest change that a deployment brought: (number, title, branch, sha)."""
        for at, pull, touched in reversed(self.merged):
            if at <= after:
                return None
            is_plain = not pull.branch.startswith("revert-")
            if at <= until and touched is service and is_plain:
                return pull.number, pull.title, pull.branch, pull.merge_sha
        return None

    def _first_of_three(self, delivery: Delivery, end: int) -> bool:
        """V1 V2 V3 are out and V2 was wrong: V1 goes out again."""
        made = delivery.successes["production"][-3:]
        if len({sha for _, sha, _ in made}) < 3:
            return False
        first, second, third = made
        noticed = end + 8 * MINUTE
        self._push(noticed + 17 * MINUTE, "rollback", delivery, first[1], 3 * HOUR)
        self.history.troubles.append(
            Trouble(
                service=delivery.service,
                at=noticed,
                resolved_at=noticed + 31 * MINUTE,
                deployment_id=second[2].deployment_id,
                root_cause="code_defect",
                names_cause=False,
            )
        )
        self._done(
            "rollback_to_first",
            v1=first[2].deployment_id,
            v2=second[2].deployment_id,
            v3=third[2].deployment_id,
            sha=first[1],
        )
        return True


def _merge_title(repository: Repository, number: int, branch: str) -> str:
    """The first line of a merge commit, as each tool writes it."""
    if repository.tools == GITHUB:
        return f"Merge pull request #{number} from {names.COMPANY}/{branch}"
    return f"Merge branch '{branch}' into 'main'"
