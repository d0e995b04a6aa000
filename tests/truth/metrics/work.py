"""What kind of work is done, how much support it takes, and what reaches into evenings."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise

from tests.truth.definitions import Profile, seed
from tests.truth.facts import Facts
from tests.truth.interruptions import Interruption, called_for_after_hours, interruptions
from tests.truth.metrics.figures import Figure, Figures, Place, ratio
from tests.truth.metrics.figures import by_place as services_by_place
from tests.truth.moments import FAR_AHEAD
from tests.truth.people import Ownership, Team
from tests.truth.periods import Period
from tests.truth.records import ServiceRow
from tests.truth.support import Ticket, tickets
from tests.truth.worktypes import Item, items

WORK_TYPES = ("feature", "maintenance", "unplanned", "support")
# What roles expect is told of these alone.
WITH_ROLES = ("organisation", "team", "division")


def work(facts: Facts, profile: Profile) -> Figures:
    every = items(facts, profile)
    found = types_of_work(facts, every)
    found |= support(facts)
    found |= of_people(facts)
    found |= role_mix(facts, every)
    return found


def without_weeks(found: dict[Place, list[Item]]) -> dict[Place, list[Item]]:
    return {place: of for place, of in found.items() if not place[2].startswith("week")}


def types_of_work(facts: Facts, every: list[Item]) -> Figures:
    """Shares of what is classified, and how much is not."""
    found: Figures = {}
    for kind in ("change", "issue"):
        of_kind = [item for item in every if item.kind == kind]
        groups = services_by_place(facts, of_kind, lambda i: i.at, lambda i: i.service_id)
        for place, its_items in without_weeks(groups).items():
            types = [item.work_type for item in its_items if item.work_type is not None]
            n_unclassified = len(its_items) - len(types)
            for name in WORK_TYPES:
                found[place, f"share_of_{kind}s_{name}"] = ratio(
                    float(types.count(name)), float(len(types)), n_unclassified
                )
            found[place, f"share_of_{kind}s_unclassified"] = ratio(
                float(n_unclassified), float(len(its_items))
            )
    return found


def support(facts: Facts) -> Figures:
    """Where a group had no ticket there were none, once the support desk sends any."""
    found: Figures = {}
    every = tickets(facts)
    since = min((one.opened_at for one in every), default=FAR_AHEAD)
    of_group = services_by_place(facts, every, lambda t: t.opened_at, lambda t: t.service_id)
    ends = {one.period_id: one.end for one in facts.months_and_quarters}
    for place, n_months in service_months(facts).items():
        if ends[place[2]] > since:
            add_support(found, place, of_group.get(place, []), n_months)
    return found


def add_support(found: Figures, place: Place, its_tickets: list[Ticket], n_months: float) -> None:
    escalated = [one for one in its_tickets if one.escalated_at is not None]
    known = [one.is_after_hours for one in escalated if one.is_after_hours is not None]
    n, n_escalated = len(its_tickets), len(escalated)
    found[place, "tickets_per_service_month"] = ratio(float(n), n_months, 0, n)
    found[place, "escalations_per_service_month"] = ratio(
        float(n_escalated), n_months, 0, n_escalated
    )
    found[place, "share_of_escalations_after_hours"] = ratio(
        float(sum(known)), float(len(known)), n_escalated - len(known)
    )


def service_months(facts: Facts) -> dict[Place, float]:
    """Months in which a service of the catalogue belonged to a group: of one that came in the
    middle half of it. Between two dates on which anything of a service changed its groups are the
    same."""
    found: dict[Place, float] = {}
    for service in {row.service_id for row in facts.services.rows if row.is_declared}:
        for period in facts.months_and_quarters:
            end = min(period.end, facts.as_of)
            edges = [at for at in changes_of(service, facts) if period.start < at < end]
            edges = [period.start, *edges, end]
            for start, stop in pairwise(edges):
                if start >= stop:
                    continue
                part = (stop - start) / (period.end - period.start) * period.n_months
                for family, key in facts.service_groups(service, start):
                    place = (family, key, period.period_id)
                    found[place] = found.get(place, 0.0) + part
    return found


def changes_of(service: str, facts: Facts) -> list[datetime]:
    rows: list[ServiceRow | Ownership | Team] = list(facts.people.teams)
    rows += [row for row in facts.services.rows if row.service_id == service]
    rows += [row for row in facts.people.ownerships if row.service_id == service]
    return sorted({at for row in rows for at in (row.valid_from, row.valid_to) if at is not None})


def of_people(facts: Facts) -> Figures:
    """Per month and person on the roster: support that reached them, and what did after hours
    apart from calls. Work on an incident that someone was called for after hours is the call's."""
    every, called = interruptions(facts), called_for_after_hours(facts)
    first = min((one.on for one in every), default=None)
    first_escalation = min((one.on for one in every if one.kind == "escalation"), default=None)
    of_person: dict[str, list[Interruption]] = {}
    for one in every:
        of_person.setdefault(one.person, []).append(one)
    found: Figures = {}
    for period in facts.months_and_quarters:
        people: dict[Place, list[list[Interruption]]] = {}
        for who in {row.person_id for row in facts.people.roster}:
            its = [one for one in of_person.get(who, []) if is_in(one, period)]
            for family, key in facts.person_groups(who, period):
                people.setdefault((family, key, period.period_id), []).append(its)
        for place, of_members in people.items():
            members = [one for its in of_members for one in its]
            n_escalations = sum(one.kind == "escalation" for one in members)
            n_late = sum(is_counted(one, called) for one in members)
            n_unknown = sum(one.local is None for one in members)
            found[place, "escalations_per_person"] = per_month(
                n_escalations, len(of_members), period, has_begun(first_escalation, period)
            )
            found[place, "after_hours_interruptions_per_person"] = per_month(
                n_late, len(of_members), period, has_begun(first, period), n_unknown
            )
    return found


def is_in(one: Interruption, period: Period) -> bool:
    return period.start.date() <= one.on < period.end.date()


def has_begun(first: date | None, period: Period) -> bool:
    """Before its first record a tool is not quiet but unknown."""
    return first is not None and first < period.end.date()


def is_counted(one: Interruption, called: set[tuple[str, str]]) -> bool:
    return one.is_after_hours and (one.person, one.incident_id) not in called


def per_month(n: int, n_people: int, period: Period, is_known: bool, n_excluded: int = 0) -> Figure:
    if not is_known:
        return Figure(None, None, 0.0, 0, n_excluded)
    return ratio(float(n), float(n_people * period.n_months), n_excluded, n)


def role_mix(facts: Facts, every: list[Item]) -> Figures:
    """The part of the changes of a group that would have to be of another type to be the mix that
    the roles of its people expect, in hundredths. What is not classified, and what roles did of
    which nothing is expected, is left out."""
    expected: dict[str, dict[str, float]] = {}
    for row in seed("reference/role_expected_mix"):
        expected.setdefault(row["role_family"], {})[row["work_type"]] = float(row["expected_share"])
    found: Figures = {}
    for period in facts.months_and_quarters:
        authored: dict[Place, list[tuple[str | None, str]]] = {}
        for item in every:
            if item.kind != "change" or item.author is None:
                continue
            if not period.holds(facts.people.counted_on(item.service_id, item.at)):
                continue
            groups = facts.person_groups(item.author, period)
            roles = [key for family, key in groups if family == "role_family"]
            for family, key in groups:
                if family in WITH_ROLES and roles:
                    place = (family, key, period.period_id)
                    authored.setdefault(place, []).append((item.work_type, roles[0]))
        for place, changes in authored.items():
            compared = [(kind, role) for kind, role in changes if kind and role in expected]
            n = len(compared)
            if not n:
                continue
            misplaced = 0.0
            for name in WORK_TYPES:
                done = sum(kind == name for kind, _ in compared)
                due = sum(expected[role].get(name, 0.0) for _, role in compared)
                misplaced += abs(done - due) / 2
            found[place, "role_mix_difference"] = Figure(
                100 * misplaced / n, None, None, n, len(changes) - n
            )
    return found
