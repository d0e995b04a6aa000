"""Plans changes: who starts one, when they commit, who reviews, when it is merged.

Only times and people are planned here; ancestry is made when the change is replayed.
Medians: coding some hours, pick-up one to six working hours, review as long again.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from orchestration.sources.demo.world import names
from orchestration.sources.demo.world.calendar import (
    DAY,
    EPOCH_DAY,
    HOUR,
    MINUTE,
    WORK_ENDS,
    WORK_STARTS,
    instant,
    local,
    season,
    working_second,
)
from orchestration.sources.demo.world.organisation import (
    Account,
    Organisation,
    Person,
    Repository,
    Service,
    Team,
)

# Pull requests a person starts on a working day, all repositories together.
STARTED_PER_DAY = 0.3
BOT_SHARE = 0.12
# Remarks on the code in a review that is no approval.
REMARKS = 2.4
BOTS = (
    Account("dependabot[bot]", 49_699_333, "Bot", "dependabot[bot]", "support@bot.example"),
    Account("renovate[bot]", 29_139_614, "Bot", "renovate[bot]", "bot@renovate.example"),
)


@dataclass(slots=True)
class Plan:
    """A change before it is replayed. Times in seconds, commits oldest first."""

    account: Account
    title: str
    body: str
    branch: str
    labels: tuple[str, ...]
    service: Service | None
    commit_times: list[int]
    created_at: int
    ready_at: int
    # Who, in which state, when, and with how many remarks on the code.
    reviews: list[tuple[Account, str, int, int]]
    merged_at: int | None
    closed_at: int | None
    merger: Account
    lines: int
    messages: list[str] = field(default_factory=list)
    # A fix that goes out at once, and whether its deployment says so.
    unplanned: bool = False
    reverts: str = ""
    postponed: bool = False


def poisson(rng: random.Random, mean: float) -> int:
    """A Poisson number; for the small means used here the product method is fast."""
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def around(rng: random.Random, median: float, spread: float) -> int:
    """A log-normal number of seconds with the given median."""
    return int(median * math.exp(rng.gauss(0, spread)))


def next_working(rng: random.Random, person: Person, at: int) -> int:
    """``at`` if the person works then, else within their next working morning."""
    zone = person.site(at // DAY + EPOCH_DAY).zone
    day, second = local(zone, at)
    start, end = WORK_STARTS + person.shift, WORK_ENDS + person.shift
    if person.at_work(day) and start <= second <= end:
        return at
    if second > start:
        day += 1
    for later in range(day, min(day + 45, person.left)):
        if person.at_work(later):
            return instant(zone, later, start + int(rng.random() * 2 * HOUR))
    return at


class Planner:
    """Plans for one repository, day by day."""

    def __init__(
        self, organisation: Organisation, repository: Repository, rng: random.Random
    ) -> None:
        self._organisation = organisation
        self._repository = repository
        self._rng = rng
        self._bot = BOTS[rng.random() < 0.4]
        self._pickup = rng.uniform(1.0, 6.0) * HOUR
        self._number = 0

    def day(self, day: int) -> Iterator[Plan]:
        """The changes that somebody, or a bot, starts on a day."""
        rng = self._rng
        for service, team, weight in self._work(day):
            crew = [person for person in team.members(day) if person.at_work(day)]
            mean = STARTED_PER_DAY * weight * len(crew) * season(day)
            for _ in range(poisson(rng, mean)):
                yield self._by_person(day, service, team, crew)
            for _ in range(poisson(rng, mean * BOT_SHARE / (1 - BOT_SHARE))):
                yield self._by_bot(day, service, crew)

    def _work(self, day: int) -> Iterator[tuple[Service | None, Team, float]]:
        for service in self._repository.services:
            if service.born <= day:
                owner = service.keeper(day)
                # Without an owner only the most urgent is done.
                part = 1.0 if service.owner(day) else 0.25
                yield service, owner.team, part * self._share(service, owner.team, day)
        if not self._repository.services:
            yield None, self._repository.teams[0], 0.08

    def _share(self, service: Service, team: Team, day: int) -> float:
        total = self._organisation.load(team, day)
        return service.weight / total if total else 0.0

    def reviewer(self, crew: list[Person], author: Account) -> Person | None:
        others = [p for p in crew if all(a.login != author.login for _, a in p.accounts)]
        return self._rng.choice(others) if others else None

    def _by_person(self, day: int, service: Service | None, team: Team, crew: list[Person]) -> Plan:
        rng = self._rng
        author = rng.choices(crew, [_weight(p, day) for p in crew])[0]
        if rng.random() < 0.05:
            # Help from elsewhere: another team's service gets a change.
            other = rng.choice(list(self._organisation.teams.values()))
            helpers = [p for p in other.members(day) if p.at_work(day)]
            author = rng.choice(helpers) if helpers else author
        account = author.account(day)
        if rng.random() < 0.002 and self._organisation.outsiders:
            account = rng.choice(self._organisation.outsiders)
        first = instant(author.site(day).zone, day, working_second(rng, author.shift))
        count = min(9, 1 + int(rng.expovariate(0.72)))
        span = around(rng, 3.2 * HOUR, 1.1) if count > 1 else 0
        later = sorted(
            next_working(rng, author, first + int(span * rng.random()) + 60)
            for _ in range(count - 1)
        )
        times = [first, *later]
        created = next_working(rng, author, times[-1] + around(rng, 25 * MINUTE, 1.0))
        is_draft = rng.random() < 0.15
        ready = created
        if is_draft:
            ready = next_working(rng, author, created + around(rng, 6 * HOUR, 0.9))
        verb = rng.choice(names.CHANGE_VERBS)
        title = f"{verb} {rng.choice(names.CHANGE_OBJECTS)}"
        plan = Plan(
            account=account,
            title=title,
            body=f"## Why\n{title}.\n\n## How to check\nSee the tests.",
            branch=self._branch(title),
            labels=self._labels(verb, service),
            service=service,
            commit_times=times,
            created_at=created,
            ready_at=ready,
            reviews=[],
            merged_at=None,
            closed_at=None,
            merger=account,
            lines=around(rng, 60, 1.3),
            messages=[title] + [_follow_up(rng) for _ in times[1:]],
        )
        self._review(plan, author, team, crew or [author], day)
        return plan

    def _review(self, plan: Plan, author: Person, team: Team, crew: list[Person], day: int) -> None:
        """Reviews, the commits they ask for, and the end."""
        rng, influences = self._rng, self._organisation.influences
        pickup = self._pickup * influences.patience(team, day)
        other = influences.waits_for(team)
        if other:
            crew = [person for person in other.members(day) if person.at_work(day)] or crew
        last = plan.ready_at
        fate = rng.random()
        reviewer = self.reviewer(crew, plan.account)
        if fate < 0.012:
            # Forgotten: it stays open.
            return
        if reviewer and fate < 0.95:
            at = next_working(rng, reviewer, last + around(rng, pickup, 1.0))
            if rng.random() < 0.28:
                self._add(plan, reviewer, "COMMENTED", at)
                at = next_working(rng, reviewer, at + around(rng, HOUR, 0.9))
            if rng.random() < 0.2:
                self._add(plan, reviewer, "CHANGES_REQUESTED", at)
                again = next_working(rng, author, at + around(rng, 2 * HOUR, 0.9))
                plan.commit_times.append(again)
                plan.messages.append("Address review")
                at = next_working(rng, reviewer, again + around(rng, 2 * HOUR, 0.9))
            if fate > 0.07:
                self._add(plan, reviewer, "APPROVED", at)
                second = self.reviewer(crew, plan.account)
                if second and second is not reviewer and rng.random() < 0.35:
                    later = next_working(rng, second, at + around(rng, HOUR, 1.0))
                    self._add(plan, second, "APPROVED", later)
                    at = max(at, later)
            last = max(at, last)
        if fate < 0.07:
            wait = around(rng, 4 * DAY, 1.0)
            plan.closed_at = max(last, plan.commit_times[-1]) + wait
            return
        plan.merged_at = plan.closed_at = max(
            next_working(rng, author, last + around(rng, 20 * MINUTE, 1.2)),
            plan.commit_times[-1] + MINUTE,
        )

    def _add(self, plan: Plan, reviewer: Person, state: str, at: int) -> None:
        day = at // DAY + EPOCH_DAY
        n_comments = 0
        if state != "APPROVED":
            factor = self._organisation.influences.remarks.get(reviewer.role_family, 1.0)
            n_comments = min(9, poisson(self._rng, REMARKS * factor))
        plan.reviews.append((reviewer.account(day), state, at, n_comments))

    def _by_bot(self, day: int, service: Service | None, crew: list[Person]) -> Plan:
        rng = self._rng
        at = instant("UTC", day, 4 * HOUR + int(rng.random() * 2 * HOUR))
        package = rng.choice(names.PACKAGES)
        old = f"{rng.randrange(1, 6)}.{rng.randrange(20)}"
        title = f"Bump {package} from {old}.0 to {old}.{rng.randrange(1, 9)}"
        tool = self._bot.login.removesuffix("[bot]")
        plan = Plan(
            account=self._bot,
            title=title,
            body=f"{title}. Release notes are in the change log of the package.",
            branch=f"{tool}/{package}-{old}-{self._count()}",
            labels=("dependencies", *self._labels("", service)),
            service=service,
            commit_times=[at - MINUTE],
            created_at=at,
            ready_at=at,
            reviews=[],
            merged_at=None,
            closed_at=None,
            merger=self._bot,
            lines=rng.randrange(2, 60),
            messages=[title],
        )
        reviewer = rng.choice(crew)
        seen = next_working(rng, reviewer, at + around(rng, 9 * HOUR, 1.0))
        if rng.random() < 0.2:
            plan.closed_at = seen + around(rng, 5 * DAY, 0.8)
            return plan
        if rng.random() < 0.8:
            self._add(plan, reviewer, "APPROVED", seen)
        plan.merger = reviewer.account(day)
        plan.merged_at = plan.closed_at = seen + around(rng, 3 * MINUTE, 0.8)
        return plan

    def repair(
        self,
        at: int,
        service: Service,
        author: Person,
        crew: list[Person],
        reverted: tuple[int, str, str, str] | None,
    ) -> Plan:
        """A fix in haste. ``reverted``: (number, title, branch, sha) of a change."""
        rng = self._rng
        day = at // DAY + EPOCH_DAY
        account = author.account(day)
        title = f"Fix {rng.choice(names.CHANGE_OBJECTS)}"
        branch, sha = f"hotfix/{self._branch(title)}", ""
        body = message = title
        labels = ("bug", *self._labels("", service))
        if reverted:
            number, old_title, old_branch, sha = reverted
            title = f'Revert "{old_title}"'
            branch = f"revert-{number}-{old_branch}"
            body = f"Reverts {self._repository.full_name}#{number}\n\n"
            body += f"This reverts commit {sha}."
            message = f"{title}\n\nThis reverts commit {sha}."
        first = at - around(rng, 6 * MINUTE, 0.5) if reverted else at
        created = at + around(rng, 4 * MINUTE, 0.5)
        if not reverted:
            created = at + around(rng, 25 * MINUTE, 0.6)
        merged = created + around(rng, 18 * MINUTE, 0.7)
        reviewer = self.reviewer(crew, account)
        reviews = []
        if reviewer and rng.random() < 0.8:
            seen = created + (merged - created) * 2 // 3
            reviews.append((reviewer.account(day), "APPROVED", seen, 0))
        return Plan(
            account=account,
            title=title,
            body=body,
            branch=branch,
            labels=labels,
            service=service,
            commit_times=[first],
            created_at=created,
            ready_at=created,
            reviews=reviews,
            merged_at=merged,
            closed_at=merged,
            merger=account,
            lines=rng.randrange(1, 60),
            messages=[message],
            unplanned=True,
            reverts=sha,
        )

    def _labels(self, verb: str, service: Service | None) -> tuple[str, ...]:
        kind = {"Fix": "bug", "Guard": "bug", "Add": "feature", "Allow": "feature"}
        kind |= {"Support": "feature", "Improve": "feature", "Tidy": "chore"}
        labels = [kind[verb]] if verb in kind else []
        if service and "monorepo" in service.traits:
            labels.append(f"service:{service.name}")
        return tuple(labels)

    def _branch(self, title: str) -> str:
        return f"{'-'.join(title.lower().split()[:4])}-{self._count()}"

    def _count(self) -> int:
        self._number += 1
        return self._number


def _weight(person: Person, day: int) -> float:
    return person.pace * (0.2 if person.level(day).startswith("M") else 1.0)


def _follow_up(rng: random.Random) -> str:
    return rng.choice(
        ("Add tests", "Tidy up", "Fix lint", "Handle the empty case", "Rename", "Docs")
    )
