"""Makes people and teams one after another, before they have a history."""

from __future__ import annotations

import random
from dataclasses import dataclass

from orchestration.sources.demo.planted import Planted
from orchestration.sources.demo.world import names
from orchestration.sources.demo.world.calendar import FAR, HOUR, Period, Site
from orchestration.sources.demo.world.ids import pagerduty_id, slug
from orchestration.sources.demo.world.organisation import (
    GITHUB,
    HUB_WEIGHTS,
    HUBS,
    JIRA,
    LEVEL_WEIGHTS,
    LEVELS,
    OUTPOSTS,
    ROLE_FAMILIES,
    Account,
    Person,
    Team,
    TeamVersion,
)


@dataclass
class Founder:
    """Makes people one after another; holds the dice and the counters."""

    rng: random.Random
    seed: int
    period: Period
    planted: Planted

    def __post_init__(self) -> None:
        self.people: list[Person] = []
        self._names = names.people_names(self.rng)

    def hire(
        self,
        kind: str,
        site_home: Site,
        level: str | None = None,
        joins: int | None = None,
    ) -> Person:
        """A new person; ``joins`` is the day within the period, else before it."""
        rng, start = self.rng, self.period.start
        number = len(self.people) + 1
        given, family = next(self._names)
        hired = joins or start - 20 - int(min(4_500, rng.lognormvariate(6.6, 0.9)))
        level = level or rng.choices(LEVELS, LEVEL_WEIGHTS)[0]
        site = site_home if rng.random() < 0.74 else rng.choice(HUBS + OUTPOSTS)
        if site in HUBS:
            modality = rng.choices(("office", "hybrid", "remote"), (28, 44, 28))[0]
        else:
            modality = "remote"
        families = ROLE_FAMILIES[kind]
        account = self._account(number, f"{given} {family}")
        person = Person(
            employee_id=f"E{number:05}",
            name=f"{given} {family}",
            email=account.email,
            role_family=rng.choices([name for name, _ in families], [n for _, n in families])[0],
            employment_type=rng.choices(("full_time", "part_time", "contractor"), (88, 6, 6))[0],
            hired=hired,
            left=FAR,
            levels=self._career(hired, level, joins is None),
            sites=[(hired, site)],
            modalities=[(hired, modality)],
            accounts=[(hired, account)],
            pagerduty_id=pagerduty_id("P", 6, self.seed, "user", number),
            support_id=f"agent-{pagerduty_id('', 6, self.seed, 'support', number).lower()}",
            shift=int(rng.gauss(0, 0.6) * HOUR),
            pace=rng.lognormvariate(0, 0.3),
            leave=self._leave(),
        )
        if rng.random() < 0.05:
            moved = self._some_day()
            other = "remote" if modality != "remote" else "hybrid"
            person.modalities.append((moved, other))
        self.people.append(person)
        return person

    def _account(self, number: int, name: str) -> Account:
        return Account(
            login=f"{slug(name)}-hl",
            account_id=41_000_000 + number * 131,
            kind="User",
            name=name,
            email=f"{slug(name).replace('-', '.')}@{names.EMAIL_DOMAIN}",
        )

    def _some_day(self) -> int:
        return self.rng.randrange(self.period.start + 14, self.period.end - 14)

    def _career(self, hired: int, level: str, promote: bool) -> list[tuple[int, str]]:
        """Levels since hiring: one step in about two years, some in the period."""
        if level not in LEVELS:
            return [(hired, level)]
        steps, day, place = [], self.period.start, LEVELS.index(level)
        day -= int(self.rng.uniform(30, 700))
        while place > 0 and day - hired > 300:
            steps.append((day, LEVELS[place]))
            place -= 1
            day -= int(self.rng.uniform(400, 1_000))
        steps.append((hired, LEVELS[place]))
        steps.reverse()
        top = LEVELS.index(level)
        quarters = (self.period.end - self.period.start) / 91
        if promote and top < 4 and self.rng.random() < 0.035 * quarters:
            steps.append((self._some_day(), LEVELS[top + 1]))
        return steps

    def _leave(self) -> list[tuple[int, int]]:
        """Weeks off: about five in a year, one of them often long."""
        spans = []
        day = self.period.start + int(self.rng.uniform(0, 90))
        while day < self.period.end:
            length = self.rng.choices((1, 3, 5, 7, 12, 16), (16, 16, 14, 30, 16, 8))[0]
            spans.append((day, day + length))
            day += length + int(self.rng.uniform(25, 105))
        return spans


def _tracker(number: int, tools: str) -> str:
    """Where a team keeps its issues: half of those on GitHub plan in Jira."""
    return JIRA if tools == GITHUB and number % 2 == 0 else tools


def new_team(founder: Founder, number: int, name: str, division: str, department: str) -> Team:
    seed = founder.seed
    return Team(
        team_id=f"T{number:04}",
        kind="product",
        tools=names.TOOLS.get(division, GITHUB),
        tracker=_tracker(number, names.TOOLS.get(division, GITHUB)),
        site=founder.rng.choices(HUBS, HUB_WEIGHTS)[0],
        cadence="daily",
        pagerduty_id=pagerduty_id("P", 6, seed, "team", number),
        escalation_policy_id=pagerduty_id("P", 6, seed, "policy", number),
        schedule_id=pagerduty_id("P", 6, seed, "schedule", number),
        versions=[TeamVersion(name, department, division, founder.period.start, FAR)],
        managers=[],
    )
