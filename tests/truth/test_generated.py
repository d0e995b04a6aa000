"""Every metric of made-up organisations is what their raw files say, and the edges are reached."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.truth.comparison import report
from tests.truth.conftest import ORGANISATIONS, Recomputed
from tests.truth.definitions import profile, threshold
from tests.truth.facts import Facts
from tests.truth.generated.organisations import named, of_seed
from tests.truth.issues import defects
from tests.truth.moments import seconds_between
from tests.truth.recompute import TABLES


@pytest.mark.parametrize("table", TABLES)
def test_every_figure_is_what_the_raw_files_say(side_by_side: Recomputed, table: str) -> None:
    """A group such as `o12xs0` is of the organisation that `of_seed(12)` makes up again."""
    found = side_by_side.differing(table)
    assert found
    if any(found.values()):
        names = " ".join(line for lines in found.values() for line in lines)
        seeds = sorted({int(number) for number in re.findall(r"\bo([0-9]+)x", names)})
        pytest.fail(f"in the organisations of {seeds}\n{report(found)}", pytrace=False)


def test_the_same_organisations_are_made_up_every_time() -> None:
    assert of_seed(3) == of_seed(3)
    assert of_seed(3) != of_seed(4)


def test_organisations_share_no_name() -> None:
    line = '{"id": "@@number7", "name": "@@a", "commit": "##ab"}'
    assert named(line, 12) == '{"id": 12007, "name": "o12xa", "commit": "0cab"}'


def test_every_organisation_has_something_of_its_own(side_by_side: Recomputed) -> None:
    services = {row.service_id.split("x")[0] for row in side_by_side.facts.services.rows}
    assert {f"o{number}" for number in range(ORGANISATIONS)} <= services


def first_deployments(facts: Facts) -> Iterator[object]:
    return (one for one in facts.deployments.in_production() if one.is_baseline)


def failed_then_carried(facts: Facts) -> Iterator[object]:
    """A commit of a deployment that failed, which a later one holds."""
    for failed in facts.deployments.all:
        held = facts.evidence.history.first_held.get(failed.service_id or "", {})
        if failed.status == "failure" and failed.environment == "production":
            deployment, _ = held.get(failed.commit or "", (None, None))
            ends = (failed.finished_at, deployment.finished_at if deployment else None)
            if seconds_between(*ends):
                yield failed


def in_one_second(facts: Facts) -> Iterator[object]:
    for chain in facts.deployments.chains.values():
        for before, after in pairwise(chain):
            if before.finished_at is not None and before.finished_at == after.finished_at:
                yield after


def versions_restored(facts: Facts) -> Iterator[object]:
    """V1 V2 V3 V1: nothing is said, and what followed the restored version is taken back."""
    for chain in facts.deployments.chains.values():
        for one in chain:
            before = [other for other in chain if (other.sequence or 0) < (one.sequence or 0)]
            taken = facts.deployments.by_id.get(one.takes_back or "")
            if taken in before[:-1] and one.commit in {other.commit for other in before}:
                yield one


def over_two_services(facts: Facts) -> Iterator[object]:
    """Repositories with several services."""
    return (names for names in facts.services.of_repository.values() if len(names) > 1)


def before_any_deployment(facts: Facts) -> Iterator[object]:
    for outage in facts.outages:
        chain = facts.deployments.chains.get((outage.service_id or "", "production"), [])
        ends = [one.finished_at for one in chain if one.finished_at is not None]
        if ends and outage.detected_at < min(ends):
            yield outage


def by_another_login(facts: Facts) -> Iterator[object]:
    for change in facts.changes.all:
        for review in facts.told.reviews_of_pull_request.get(change.change_id, []):
            if review not in change.reviews and review.reviewer != change.author:
                yield review


def across_midnight(facts: Facts) -> Iterator[object]:
    """What counts for another date than that in UTC."""
    for one in facts.deployments.in_production():
        if one.finished_at is not None:
            date = facts.people.counted_on(one.service_id, one.finished_at)
            if date.date() != one.finished_at.date():
                yield one


def linked_by(method: str) -> Callable[[Facts], Iterator[object]]:
    return lambda facts: (link for link in facts.links(profile()) if link.method == method)


EDGES: dict[str, Callable[[Facts], Iterator[object]]] = {
    "first deployment": first_deployments,
    "failed then carried commits": failed_then_carried,
    "two deployments in one second": in_one_second,
    "deployment without a commit": lambda facts: (
        one for one in facts.deployments.in_production() if one.commit is None
    ),
    "deployment that two tools report": lambda facts: (
        name for name, counted in facts.deployments.counted_id.items() if name != counted
    ),
    "rollback that brings a version back": versions_restored,
    "rollback that is declared": lambda facts: (
        one for one in facts.told.deployments if one.declared_rolled_back
    ),
    "repository with several services": over_two_services,
    "change deployed before its merge": lambda facts: (
        change
        for change in facts.changes.deployed()
        if change.deployed_at and change.deployed_at < change.merged_at
    ),
    "change by a bot": lambda facts: (c for c in facts.changes.deployed() if c.is_bot),
    "change that was pushed": lambda facts: (
        c for c in facts.changes.deployed() if c.opened_at is None
    ),
    "change without a known first commit": lambda facts: (
        c for c in facts.changes.deployed() if c.first_commit_at is None
    ),
    "reviewed change of unknown size": lambda facts: (
        c for c in facts.changes.deployed() if c.reviews and c.n_changed_lines is None
    ),
    "reviewed change of the size of a limit": lambda facts: (
        c for c in facts.changes.deployed() if c.reviews and c.n_changed_lines in (50, 400)
    ),
    "old defect that is open": lambda facts: (
        one
        for one in defects(facts.told, facts.services, facts.as_of)
        if one.found_in == "production"
        and one.closed_at is None
        and one.opened_at < facts.as_of - timedelta(days=threshold("old_defect_days"))
    ),
    "revert": lambda facts: (c for c in facts.changes.deployed() if c.is_revert),
    "revert of a revert": lambda facts: (
        c for c in facts.changes.all if c.reverts is not None and not c.is_revert
    ),
    "review by the author's other login": by_another_login,
    "review by another team": lambda facts: (
        c for c in facts.changes.deployed() if c.is_first_review_by_another_team
    ),
    "incident that is open": lambda facts: (o for o in facts.outages if o.resolved_at is None),
    "incident before any deployment": before_any_deployment,
    "incident of no known service": lambda facts: (
        o for o in facts.outages if o.service_id is None
    ),
    "incident that two tools noticed": lambda facts: (
        "repeated" for _ in range(len(facts.told.incidents) - len(facts.outages))
    ),
    "incident over before it was noticed": lambda facts: (
        o for o in facts.outages if o.resolved_at and o.resolved_at < o.detected_at
    ),
    "recovery before the deployment was over": lambda facts: (
        one
        for one in facts.outcomes(profile())
        if one.is_failed and one.recovered_at and one.recovery_seconds is None
    ),
    "failure that is not recovered": lambda facts: (
        one for one in facts.outcomes(profile()) if one.is_unrecovered
    ),
    **{
        f"link by {method}": linked_by(method)
        for method in ("explicit", "revert", "rollback", "same_service", "dependency")
    },
    "service without an owner": lambda facts: (
        row
        for row in facts.services.rows
        if row.is_declared and not facts.people.owners_at(row.service_id, facts.as_of)
    ),
    "service that nobody declared": lambda facts: (
        row for row in facts.services.rows if not row.is_declared
    ),
    "service that is named like another's id": lambda facts: (
        row
        for row in facts.services.rows
        if row.service_name != row.service_id
        and row.service_name in {other.service_id for other in facts.services.rows}
    ),
    "clock of another date": across_midnight,
    "zone that is misspelt": lambda facts: (
        team for team in facts.people.teams if team.time_zone is None
    ),
    "period without any change": lambda facts: (
        period
        for period in facts.periods
        if not any(c.deployed_at and period.holds(c.deployed_at) for c in facts.changes.all)
    ),
    "person with two memberships": lambda facts: (
        person
        for person in facts.people.roster
        if len(facts.people.teams_of_person_at(person.person_id, facts.as_of)) > 1
    ),
    "login that two people claim": lambda facts: (
        login for login, people in facts.people.claims.items() if len(people) > 1
    ),
}


@pytest.mark.parametrize("edge", EDGES)
def test_the_made_up_organisations_reach_the_edge(side_by_side: Recomputed, edge: str) -> None:
    is_reached = next(EDGES[edge](side_by_side.facts), None) is not None
    assert is_reached
