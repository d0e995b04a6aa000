"""Promotions and exits, as the roster shows them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from orchestration.sources.demo.world.organisation import Organisation

Row = tuple[object, ...]

# Whether an exit was regretted: yes, no, or nobody said.
REGRETTED = ("true", "false", "")
REGRETTED_WEIGHTS = (38, 52, 10)


def promotions(organisation: Organisation, today: int) -> Iterator[Row]:
    """Every step from one level to the next since someone was hired."""
    for person in organisation.people:
        for (_, before), (day, after) in pairwise(person.levels):
            if person.hired < day < person.left and day <= today:
                yield person.employee_id, date.fromordinal(day).isoformat(), before, after


def exits(organisation: Organisation, today: int) -> Iterator[Row]:
    """Who has left, with the last day here."""
    for person in organisation.people:
        if person.left <= today:
            rng = random.Random(f"{organisation.seed}/exit/{person.employee_id}")
            last = date.fromordinal(person.left - 1).isoformat()
            regretted = rng.choices(REGRETTED, REGRETTED_WEIGHTS)[0]
            yield person.employee_id, last, regretted
