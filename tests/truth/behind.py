"""Who stands behind a figure, and how much of it each of them holds."""

from __future__ import annotations

from collections.abc import Iterable

from tests.truth.changes import Change
from tests.truth.definitions import seed
from tests.truth.facts import Facts
from tests.truth.metrics.figures import Place, by_place
from tests.truth.metrics.on_call import loads_by_place

# The page family whose cohorts divide the people of a base.
DIVIDED_ON = {
    "change_authors": "delivery",
    "authors_waiting_for_another_team": "system_causes",
    "on_call": "on_call",
}
Amounts = dict[Place, dict[str, float]]


def contributors(facts: Facts) -> dict[str, dict[Place, set[str]]]:
    """Per base, the people of each cohort in each period."""
    everyone: dict[str, Amounts | dict[Place, dict[str, object]]] = {
        "change_authors": changes_by_author(facts, facts.changes.deployed()),
        "authors_waiting_for_another_team": changes_by_author(facts, waiting(facts)),
        "on_call": {place: dict(loads) for place, loads in loads_by_place(facts).items()},
    }
    found: dict[str, dict[Place, set[str]]] = {}
    for base, people_of in everyone.items():
        families = {
            row["cohort_family"]
            for row in seed("policy/cohort_families")
            if row["page_family"] == DIVIDED_ON[base]
        }
        found[base] = {
            place: set(people) for place, people in people_of.items() if place[0] in families
        }
    return found


def amounts(facts: Facts) -> dict[str, Amounts]:
    """Per metric, what belongs to people one by one and one of them could dominate."""
    loads = loads_by_place(facts)
    parts = {
        "on_call_hours_per_person": "hours_on_call",
        "pages_per_person": "n_pages",
        "after_hours_pages_per_person": "n_after_hours",
        "sleep_hours_pages_per_person": "n_sleep_hours",
    }
    found: dict[str, Amounts] = {
        metric: {
            place: {who: float(getattr(load, part)) for who, load in people.items()}
            for place, people in loads.items()
        }
        for metric, part in parts.items()
    }
    found["lead_time_for_changes"] = changes_by_author(facts, facts.changes.deployed())
    found["wait_for_another_team"] = changes_by_author(facts, waiting(facts))
    return found


def share_of_largest(people: dict[str, float] | None, n_largest: int) -> float | None:
    if not people or not sum(people.values()):
        return None
    return sum(sorted(people.values(), reverse=True)[:n_largest]) / sum(people.values())


def waiting(facts: Facts) -> list[Change]:
    return [
        change
        for change in facts.changes.deployed()
        if change.is_first_review_by_another_team and change.pickup_seconds is not None
    ]


def changes_by_author(facts: Facts, changes: Iterable[Change]) -> Amounts:
    """A change by a bot, or by nobody who is known, has no contributor."""
    here_by_place = by_place(
        facts,
        [change for change in changes if change.contributor is not None],
        lambda change: change.deployed_at,
        lambda change: change.deployment.service_id if change.deployment else None,
    )
    found: Amounts = {}
    for place, here in here_by_place.items():
        if place[2].startswith("week"):
            continue
        counts = found.setdefault(place, {})
        for change in here:
            assert change.contributor is not None
            counts[change.contributor] = counts.get(change.contributor, 0) + 1
    return found
