"""Core: what is right row by row and wrong as a whole is found."""

from __future__ import annotations

from quality.suites import suite
from tests.quality.conftest import Desk, applied, failed

# Only what the suite reads. `of` is the row's number, 0 to 99.
TABLES = """
create schema core;
create schema staging;
create table core.dim_stream as select timestamp '2026-04-01' as newest_extracted_at;
create table core.dim_person as select 'P' as person_id;
create table staging.stg_github__deployments as
    select of::varchar as deployment_id, timestamp '2026-03-01' as created_at from range(100) t(of);
create table core.fct_deployments as
    select
        deployment_id, 'production' as environment, 'success' as status, false as is_failed,
        'S' as service_id, timestamp '2026-03-01' as finished_at
    from staging.stg_github__deployments;
create table staging.stg_pagerduty__incidents as
    select of::varchar as incident_id, timestamp '2026-03-01' as created_at from range(100) t(of);
create table core.fct_incidents as
    select
        incident_id, false as is_open, 'S' as service_id,
        3600.0::double as time_to_restore_seconds
    from staging.stg_pagerduty__incidents;
create table core.fct_changes as
    select
        of as change_id, 86400.0::double as lead_time_seconds, false as is_bot,
        'P' as author_person_id, timestamp '2026-03-01' as merged_at
    from range(100) t(of);
create table core.bridge_incident_deployments as
    select of as incident_id, 'explicit' as link_method from range(100) t(of);
create table core.fct_pages as
    select of as page_id, of % 2 = 0 as is_after_hours, 'P' as person_id, of as contributor_key
    from range(100) t(of);
create table core.fct_oncall_shifts as
    select
        'P' as person_id, of as contributor_key,
        timestamp '2026-03-01' as starts_at, timestamp '2026-03-08' as ends_at
    from range(100) t(of);
"""

FAULTS = {
    "holds_all_deployments": "delete from core.fct_deployments where deployment_id::int < 40"
    " and deployment_id::int > 5",
    "holds_all_incidents": "delete from core.fct_incidents where incident_id::int between 6 and 39",
    "nothing_of_the_future": "update core.fct_changes set merged_at = timestamp '2027-01-01'",
    "typical_lead_time_is_plausible": "update core.fct_changes set lead_time_seconds = 1",
    "most_have_a_lead_time": "update core.fct_changes set lead_time_seconds = null",
    "authors_are_known": "update core.fct_changes set author_person_id = null",
    "some_are_to_production": "update core.fct_deployments set environment = 'blue'",
    "most_do_not_fail": "update core.fct_deployments set is_failed = true",
    "services_are_known": "update core.fct_incidents set service_id = null",
    "most_are_closed": "update core.fct_incidents set is_open = true",
    "typical_time_to_restore_is_plausible": "update core.fct_incidents set"
    " time_to_restore_seconds = 9e6",
    "links_do_not_rest_on_time_alone": "update core.bridge_incident_deployments set"
    " link_method = 'same_service'",
    "zones_are_plausible": "update core.fct_pages set is_after_hours = true",
    "people_are_known": "update core.fct_oncall_shifts set person_id = null",
    "shifts_have_a_usual_length": "update core.fct_oncall_shifts set ends_at = starts_at",
    "paged_people_are_on_call": "update core.fct_pages set contributor_key = contributor_key + 500",
}
# Faults that take away the rows in which others would be found: planted later, in this order.
APART = (
    ("most_have_a_lead_time", "typical_time_to_restore_is_plausible"),
    ("some_are_to_production",),
)


def build(desk: Desk, *faults: str) -> None:
    with desk.writing() as connection:
        connection.execute(TABLES)
        for fault in faults:
            connection.execute(FAULTS[fault])


def test_plausible_facts_pass_and_every_check_has_something_to_look_at(desk: Desk) -> None:
    build(desk)
    result = desk.run("core")
    assert failed(result) == set()
    assert applied(result) == {check.name for check in suite("core")}


def test_each_planted_fault_is_found_and_every_check_has_one(desk: Desk) -> None:
    later = {name for group in APART for name in group}
    build(desk, *(name for name in FAULTS if name not in later))
    found = {name for _, name in failed(desk.run("core"))}
    assert found >= set(FAULTS) - later
    for group in APART:
        with desk.writing() as connection:
            for name in group:
                connection.execute(FAULTS[name])
        found |= {name for _, name in failed(desk.run("core"))}
    assert found == set(FAULTS) == {check.name for check in suite("core")}


def test_a_fact_that_lost_all_its_rows_stops(desk: Desk) -> None:
    build(desk)
    with desk.writing() as connection:
        connection.execute("delete from core.fct_deployments")
    stopping = {one.expectation for one in desk.run("core").blocking}
    assert "holds_all_deployments" in stopping


def test_what_is_newer_than_the_as_of_date_is_not_missed(desk: Desk) -> None:
    build(desk)
    with desk.writing() as connection:
        connection.execute(
            "insert into staging.stg_github__deployments"
            " select 'new' || of, timestamp '2026-03-20' from range(900) t(of)"
        )
    assert failed(desk.run("core")) == set()


def test_core_without_incidents_and_people_is_no_fault(desk: Desk) -> None:
    build(desk)
    with desk.writing() as connection:
        for table in (
            "staging.stg_pagerduty__incidents",
            "core.fct_incidents",
            "core.fct_pages",
            "core.fct_oncall_shifts",
            "core.bridge_incident_deployments",
            "core.dim_person",
        ):
            connection.execute(f"delete from {table}")
        connection.execute("update core.fct_changes set author_person_id = null")
    result = desk.run("core")
    assert failed(result) == set()
    assert result.count("not_applicable") > 5
