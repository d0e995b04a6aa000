"""Issues: defects, wishes and chores, and where a defect was found.

Numbers are far from those of pull requests: the issues came from another tracker. Some
defects follow what a deployment broke; the rest is reported at working hours.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from orchestration.sources.demo.work.changes import around, poisson
from orchestration.sources.demo.work.history import Issue, Trouble
from orchestration.sources.demo.world import names
from orchestration.sources.demo.world.calendar import DAY, HOUR, day_of, instant, working_second
from orchestration.sources.demo.world.organisation import Organisation, Person, Repository, Service

ISSUE_IDS = (2_600_000_000, 100_000)
FIRST_NUMBER = 100_001
# Issues of a service in a week; a service with inherited debt has more defects.
DEFECTS_PER_WEEK = 0.55
OTHERS_PER_WEEK = 0.4
FOUND_IN = ("found in production", "found in staging", "found in development", "")
FOUND_IN_WEIGHTS = (34, 22, 10, 34)
OTHER_LABELS = ("enhancement", "feature", "chore", "tech debt", "documentation", "question", "")
OTHER_WEIGHTS = (26, 16, 16, 12, 6, 10, 14)
# Most mark a defect by a label, some by the issue's type.
SHARE_TYPED = 0.15


class Tracker:
    """The issues of one repository."""

    def __init__(self, organisation: Organisation, repository: Repository) -> None:
        self._organisation = organisation
        self._repository = repository
        self._rng = random.Random(f"{organisation.seed}/issues/{repository.full_name}")
        self._count = 0

    def issues(self, troubles: list[Trouble]) -> Iterator[Issue]:
        """All issues that were opened by the end, service by service."""
        for service in self._repository.services:
            own = [trouble for trouble in troubles if trouble.service is service]
            yield from self._after(own)
            yield from self._reported(service)

    def _after(self, troubles: list[Trouble]) -> Iterator[Issue]:
        """What broke in production and was a defect of the code is often tracked."""
        rng = self._rng
        for trouble in troubles:
            if trouble.root_cause == "code_defect" and rng.random() < 0.5:
                at = trouble.at + around(rng, 3 * HOUR, 0.7)
                crew = self._crew(trouble.service, at)
                if crew:
                    labels = ("bug", FOUND_IN[0])
                    wait = around(rng, 30 * HOUR, 1.1)
                    yield from self._issue(trouble.service, rng.choice(crew), at, labels, wait)

    def _reported(self, service: Service) -> Iterator[Issue]:
        rng, period = self._rng, self._organisation.period
        debt = self._organisation.influences.of_debt(service)
        for day in range(max(period.start, service.born), period.end):
            crew = [p for p in service.keeper(day).team.members(day) if p.at_work(day)]
            if not crew:
                continue
            for _ in range(poisson(rng, DEFECTS_PER_WEEK * debt / 5)):
                where = rng.choices(FOUND_IN, FOUND_IN_WEIGHTS)[0]
                median = (3 if where == FOUND_IN[0] else 9) * DAY
                labels = tuple(label for label in ("bug", where) if label)
                yield from self._opened(service, crew, day, labels, around(rng, median, 1.1))
            for _ in range(poisson(rng, OTHERS_PER_WEEK / 5)):
                label = rng.choices(OTHER_LABELS, OTHER_WEIGHTS)[0]
                labels = (label,) if label else ()
                yield from self._opened(service, crew, day, labels, around(rng, 25 * DAY, 1.2))

    def _opened(
        self, service: Service, crew: list[Person], day: int, labels: tuple[str, ...], wait: int
    ) -> Iterator[Issue]:
        person = self._rng.choice(crew)
        at = instant(person.site(day).zone, day, working_second(self._rng, person.shift))
        yield from self._issue(service, person, at, labels, wait)

    def _issue(
        self, service: Service, person: Person, at: int, labels: tuple[str, ...], wait: int
    ) -> Iterator[Issue]:
        rng = self._rng
        if at > self._organisation.period.as_of:
            return
        self._count += 1
        first, width = ISSUE_IDS
        issue_id = first + self._repository.number * width + self._count
        kind = ""
        if "bug" in labels and rng.random() < SHARE_TYPED:
            kind, labels = "Bug", tuple(label for label in labels if label != "bug")
        if "monorepo" in service.traits:
            labels = (*labels, f"service:{service.name}")
        number = FIRST_NUMBER + self._count
        yield Issue(
            issue_id=issue_id,
            number=number,
            account=person.account(day_of(at)),
            title=f"{rng.choice(names.CHANGE_VERBS)} {rng.choice(names.CHANGE_OBJECTS)}",
            labels=labels,
            kind=kind,
            service=service,
            created_at=at,
            started_at=at + int(wait * rng.uniform(0.2, 0.8)),
            closed_at=None if rng.random() < 0.06 else at + wait,
            is_fixed=rng.random() < 0.88,
        )

    def _crew(self, service: Service, at: int) -> list[Person]:
        return service.keeper(day_of(at)).team.members(day_of(at))
