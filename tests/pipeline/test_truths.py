"""What was planted in the demo organisation is found in the warehouse, and in its twin nothing is.

Each rule looks at every team, service or division, knows nothing of what was planted, and names
those that stand out. Truths about roles and careers are asked of the extracts in tests/demo: a few
hundred people have too few promotions for a rule over all cohorts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.sources.demo import EVERYTHING, write_demo
from tests.pipeline.conftest import load_and_build, query

PEOPLE, QUARTERS = 320, 4
PLANTED, TWIN = "planted", "clean twin"
LATER = "periods.period_start >= timestamp '2026-04-01' and periods.is_closed"
EARLIER = "periods.period_start < timestamp '2026-01-01'"

RULES = {
    "burnout": f"""
        with nights as (
            select
                group_key,
                avg(value) filter (where {EARLIER}) as before,
                avg(value) filter (where {LATER}) as after
            from metrics.met_on_call
            inner join core.dim_period as periods using (period_id)
            where
                periods.period_grain = 'quarter'
                and group_family = 'team'
                and metric_id = 'sleep_hours_pages_per_person'
            group by group_key
        )
        select group_key from nights where after > 3 * before and after > 3""",
    "inherited_debt": """
        select failures.group_key
        from metrics.met_measures as failures
        inner join metrics.met_measures as others
            on failures.period_id = others.period_id
            and failures.metric_id = others.metric_id
            and failures.group_family = others.group_family
            and failures.group_key != others.group_key
        inner join core.dim_period as periods on failures.period_id = periods.period_id
        where
            periods.period_grain = 'quarter'
            and periods.is_closed
            and failures.group_family = 'maturity_band'
            and failures.metric_id = 'change_failure_rate'
        group by failures.group_key
        having min(failures.value / others.value) > 1.3""",
    "trend_break": f"""
        with waits as (
            select
                group_key,
                avg(value) filter (where {EARLIER}) as before,
                avg(value) filter (where {LATER}) as after
            from metrics.met_measures
            inner join core.dim_period as periods using (period_id)
            where
                periods.period_grain = 'quarter'
                and group_family = 'division'
                and metric_id = 'pickup_time'
            group by group_key
        )
        select group_key from waits where after > 1.5 * before""",
    "service_without_owner": """
        select services.service_id
        from core.dim_service as services
        where services.is_declared and services.valid_to is null and not exists (
            select 1 from core.bridge_service_owners as owners
            where owners.service_id = services.service_id and owners.valid_to is null
        )""",
    "blocked_team": """
        select group_key
        from metrics.met_system_causes
        inner join core.dim_period as periods using (period_id)
        where
            periods.period_grain = 'quarter'
            and group_family = 'team'
            and metric_id = 'share_of_changes_reviewed_by_another_team'
        group by group_key
        having sum(numerator) / sum(denominator) > 0.2""",
}
# A truth that another metric tells, too: the rule's name, and what it finds.
RULES |= {
    "burnout, of nights": f"""
        with nights as (
            select
                group_key,
                avg(value) filter (where {EARLIER}) as before,
                avg(value) filter (where {LATER}) as after
            from metrics.met_health
            inner join core.dim_period as periods using (period_id)
            where
                periods.period_grain = 'quarter'
                and group_family = 'team'
                and metric_id = 'interrupted_nights_per_person'
            group by group_key
        )
        select group_key from nights where after > 3 * before and after > 1.5""",
    "no_time_off": """
        select person_id
        from metrics.met_health_person_periods
        inner join core.dim_period as periods using (period_id)
        where periods.period_grain = 'quarter' and periods.is_closed
        group by person_id
        having
            count(*) = (
                select count(*) from core.dim_period
                where period_grain = 'quarter' and is_closed
            )
            and sum(n_leave_days) = 0
            and count(n_leave_days_due) = count(*)""",
}
ID_OF = {
    "burnout": "team_id",
    "inherited_debt": "maturity_band",
    "trend_break": "division",
    "service_without_owner": "service_id",
    "blocked_team": "team_id",
    "no_time_off": "employee_id",
}
REORGANISED = {
    "team_split": "new_team_id",
    "team_renamed": "team_id",
    "team_moved_department": "team_id",
}


@dataclass(frozen=True)
class Organisation:
    """A warehouse, and the ids of what was planted in it, by name."""

    home: Path
    planted: dict[str, set[str]]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(PLANTED, marks=pytest.mark.xdist_group("truths, planted")),
        pytest.param(TWIN, marks=pytest.mark.xdist_group("truths, clean twin")),
    ],
)
def organisation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Organisation:
    folder = tmp_path_factory.mktemp("truths")
    plant = EVERYTHING if request.param == PLANTED else ()
    summary = write_demo(folder / "landing", people=PEOPLE, quarters=QUARTERS, plant=plant)
    load_and_build(folder / "landing", folder / "home", select="+path:models/metrics", test=False)
    planted: dict[str, set[str]] = {}
    for occurrence in summary.planted:
        key = (ID_OF | REORGANISED).get(occurrence.name)
        if key:
            planted.setdefault(occurrence.name, set()).add(str(occurrence[key]))
    missing = {*ID_OF, *REORGANISED} - planted.keys()
    assert not missing if request.param == PLANTED else not planted
    return Organisation(folder / "home", planted)


@pytest.mark.parametrize("name", RULES)
def test_a_truth_is_found_where_it_was_planted_and_nowhere_else(
    organisation: Organisation, name: str
) -> None:
    found = {str(key) for (key,) in query(organisation.home, RULES[name])}
    assert found == organisation.planted.get(name.split(",")[0], set())


def test_the_whole_organisation_counts_what_was_reorganised_and_what_lost_its_owner(
    organisation: Organisation,
) -> None:
    sums = dict(
        query(
            organisation.home,
            """
            select metric_id, case metric_id
                when 'teams_reorganised' then sum(value)
                else arg_max(value, periods.period_start)
            end
            from metrics.met_system_causes
            inner join core.dim_period as periods using (period_id)
            where
                periods.period_grain = 'quarter'
                and group_family = 'organisation'
                and metric_id in ('teams_reorganised', 'services_without_owner')
            group by metric_id""",
        )
    )
    planted = organisation.planted
    assert sums == {
        "teams_reorganised": sum(len(planted.get(name, ())) for name in REORGANISED),
        "services_without_owner": len(planted.get("service_without_owner", ())),
    }
