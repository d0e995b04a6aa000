"""The disclosure check finds what must not go out, whatever let it through."""

from __future__ import annotations

import csv

import pytest

from orchestration.workspace import DBT_PROJECT
from quality.suites import suite
from quality.suites.published import AUDIENCES, CELLS, SHARES_OF_PEOPLE
from tests.fixtures.leadership_release import contracted_columns
from tests.quality.conftest import Desk, applied, failed

COLUMNS = """
    c.metric || ' ' || c.key as cell_id, 'division' as cohort_family, c.key as cohort_key,
    date '2026-01-01' as period_start, c.metric as metric_id, c.unit as unit,
    'shown' as status, c.value::double as value, '1 h' as value_text,
    'weak' as confidence, c.band as people_band, null::varchar as excluded_band
"""
REPORTING = f"""
create schema leadership;
create table leadership.delivery as
    select {COLUMNS} from (values
        ('lead_time_for_changes', 'a', 'hours', 33.0, '10–19'),
        ('change_failure_rate', 'a', 'share', 0.13, '10–19')
    ) as c(metric, key, unit, value, band);
create table leadership.on_call as
    select {COLUMNS} from (values
        ('pages_per_person', 'a', 'pages per month', 3.2, '10–19'),
        ('after_hours_pages_per_person', 'a', 'pages per month', 1.1, '10–19'),
        ('share_of_people_paged_in_sleep_hours', 'a', 'share', 0.3, '10–19')
    ) as c(metric, key, unit, value, band);
create table leadership.metric_catalog as
    select * from (values
        ('lead_time_for_changes', 'change_failure_rate', 'change_authors'),
        ('change_failure_rate', 'lead_time_for_changes', 'change_authors'),
        ('pages_per_person', 'after_hours_pages_per_person', 'on_call'),
        ('after_hours_pages_per_person', 'pages_per_person', 'on_call'),
        ('share_of_people_paged_in_sleep_hours', 'pages_per_person', 'on_call')
    ) as c(metric_id, shown_beside, contributor_rule);
create table leadership.privacy_minimums as
    select 'leadership' as audience, 'operational' as data_class, 5 as minimum_people;
create table leadership.release_info as select date '2026-04-20' as as_of;
create table leadership.data_sources as select 'github' as source;
create table leadership.brief as
    select 'Half of all changes took 33 h; at least five people stand behind it.' as sentence;
"""
WAREHOUSE = """
create schema cohorts;
create schema policy;
create table policy.metric_catalog as
    select metric_id, 'operational' as data_class from (values
        ('lead_time_for_changes'), ('change_failure_rate'), ('pages_per_person'),
        ('after_hours_pages_per_person'), ('share_of_people_paged_in_sleep_hours')
    ) as c(metric_id);
create table policy.privacy_minimums as
    select 'leadership' as audience, 'operational' as data_class, 5 as minimum_people;
create table cohorts.coh_cells as
    select
        metric_id || ' a' as cell_id, 'base' as population_base, 'division' as cohort_family,
        'a' as cohort_key, 'Q1' as period_id
    from policy.metric_catalog;
create table cohorts.coh_memberships as
    select
        'base' as population_base, 'division' as cohort_family, 'a' as cohort_key,
        'Q1' as period_id, 'person ' || n as contributor_key
    from range(12) as t(n);
"""
HIDE = (
    "update leadership.delivery set status = 'withheld', value = null, people_band = null,"
    " confidence = null"
)
SHARE = "update leadership.on_call set value = {} where unit = 'share'"

# (check, fault in the reporting file, fault in the warehouse)
FAULTS = [
    ("no_column_is_about_a_person", "alter table leadership.brief add column login text", ""),
    ("no_column_is_about_a_person", "alter table leadership.delivery add column n_people int", ""),
    (
        "enough_people_stand_behind_each_value",
        "",
        "delete from cohorts.coh_memberships where contributor_key > 'person 2'",
    ),
    (
        "enough_people_stand_behind_each_value",
        "update leadership.on_call set people_band = '20–49'",
        "",
    ),
    ("enough_people_stand_behind_each_value", "", "delete from cohorts.coh_cells"),
    ("bands_reach_the_minimum", "update leadership.delivery set people_band = '3–9'", ""),
    ("bands_reach_the_minimum", "update leadership.delivery set people_band = null", ""),
    ("bands_reach_the_minimum", "update leadership.privacy_minimums set minimum_people = 12", ""),
    ("hidden_cells_say_nothing", HIDE, ""),
    ("shares_are_shares", SHARE.format(1.3), ""),
    ("shares_of_people_move_in_steps", SHARE.format(0.34), ""),
    (
        "shares_of_people_move_in_steps",
        SHARE.format(0.3) + "; update leadership.on_call set people_band = '5–9'",
        "",
    ),
    (
        "shares_of_events_are_whole_points",
        "update leadership.delivery set value = 0.1313 where unit = 'share'",
        "",
    ),
    (
        "each_value_says_how_far_it_can_be_relied_on",
        "update leadership.delivery set confidence = null",
        "",
    ),
    (
        "each_value_says_how_far_it_can_be_relied_on",
        "update leadership.delivery set confidence = 'certain'",
        "",
    ),
    (
        "each_value_says_how_far_it_can_be_relied_on",
        "insert into leadership.delivery select * replace ('b' as cohort_key,"
        " 'withheld' as status, null as value, null as people_band,"
        " 'withheld' as value_text) from leadership.delivery",
        "",
    ),
    ("values_have_two_digits", "update leadership.delivery set value = 33.4 where value = 33", ""),
    ("exclusions_have_two_digits", "update leadership.delivery set excluded_band = '137'", ""),
    ("exclusions_have_two_digits", "update leadership.delivery set excluded_band = 'Ann'", ""),
    ("quarters_are_closed", "update leadership.release_info set as_of = date '2026-04-10'", ""),
    (
        "each_metric_stands_beside_its_partner",
        "delete from leadership.delivery where metric_id = 'change_failure_rate'",
        "",
    ),
    (
        "sentences_count_no_people",
        "update leadership.brief set sentence = 'In total 7 people were paged.'",
        "",
    ),
    ("is_one_row", "delete from leadership.release_info", ""),
    ("minimums_protect", "update leadership.privacy_minimums set minimum_people = 3", ""),
]


def build(desk: Desk, reporting: str = "", warehouse: str = "") -> None:
    for file, tables, fault in (
        (desk.reporting, REPORTING, reporting),
        (desk.warehouse, WAREHOUSE, warehouse),
    ):
        with desk.writing(file) as connection:
            connection.execute(tables)
            connection.execute(fault or "select 1")


def test_what_may_go_out_passes_and_every_check_has_something_to_look_at(desk: Desk) -> None:
    build(
        desk,
        "update leadership.delivery set excluded_band = '130';"
        "insert into leadership.delivery select * replace ("
        "'b' as cohort_key, 'withheld' as status, null as value, null as confidence,"
        "null as people_band, 'withheld' as value_text, null as excluded_band)"
        " from leadership.delivery",
    )
    result = desk.run("published")
    assert failed(result) == set()
    assert applied(result) == {check.name for check in suite("published")}


@pytest.mark.parametrize(("check", "reporting", "warehouse"), FAULTS, ids=str)
def test_a_planted_fault_is_found_and_stops(
    desk: Desk, check: str, reporting: str, warehouse: str
) -> None:
    build(desk, reporting, warehouse)
    assert check in {one.expectation for one in desk.run("published").blocking}


def test_every_published_table_is_looked_at() -> None:
    contracts = contracted_columns()
    assert set(AUDIENCES["leadership"]) == set(contracts)
    assert set(CELLS["leadership"]) == {
        table for table, columns in contracts.items() if "value" in columns
    }


def test_shares_of_people_are_those_of_the_catalog() -> None:
    with (DBT_PROJECT / "seeds/policy/metric_catalog.csv").open(newline="") as lines:
        assert set(SHARES_OF_PEOPLE) == {
            row["metric_id"]
            for row in csv.DictReader(lines)
            if row["precision_rule"] == "share_of_people"
        }


def test_every_check_has_a_planted_fault() -> None:
    assert {check for check, _, _ in FAULTS} == {check.name for check in suite("published")}


def test_without_the_warehouse_people_cannot_be_counted_anew(desk: Desk) -> None:
    build(desk)
    desk.warehouse.unlink()
    result = desk.run("published")
    assert failed(result) == set()
    outcomes = {one.outcome for one in result.results if "stand_behind" in one.expectation}
    assert outcomes == {"not_applicable"}


def test_empty_pages_may_go_out(desk: Desk) -> None:
    build(desk, "delete from leadership.delivery; delete from leadership.on_call")
    assert failed(desk.run("published")) == set()


def test_every_published_table_of_the_project_is_looked_at() -> None:
    import json

    from orchestration.warehouse.project import ensure_manifest

    manifest = json.loads(ensure_manifest().read_text())
    published = {
        f"{node['fqn'][2]}.{node['alias']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["fqn"][1] == "published"
        and node["fqn"][2] in ("leadership", "auditors")
    }
    assert published <= {check.table for check in suite("published")}
