"""Core: sanity of distributions.

Keys, relationships and formulas are dbt's tests. Here stands what is right row by row and
wrong as a whole: rows lost on the way, a unit or a zone mistaken, links that do not fit.
"""

from __future__ import annotations

from collections.abc import Iterator

from quality.checks import Check, Severity, few_rows, limit, matched

CHANGES, DEPLOYMENTS = "core.fct_changes", "core.fct_deployments"
INCIDENTS, PAGES, SHIFTS = "core.fct_incidents", "core.fct_pages", "core.fct_oncall_shifts"
NEWEST = "(select max(newest_extracted_at) from core.dim_stream)"


def typical(
    table: str,
    column: str,
    name: str,
    sentence: str,
    *,
    at_least: float = 0.0,
    at_most: float,
    severity: Severity = "warning",
) -> Check:
    """The median of a column lies within bounds."""
    return Check(
        table,
        name,
        sentence,
        severity,
        "ExpectColumnMedianToBeBetween",
        {"min_value": at_least, "max_value": at_most},
        column=column,
        among=f"{column} is not null",
        smallest=int(limit("smallest_population")),
    )


def mostly_known(
    table: str, column: str, name: str, sentence: str, *, at_most_missing: str
) -> Check:
    """A column is mostly filled."""
    return Check(
        table,
        name,
        sentence,
        "warning",
        "ExpectColumnValuesToNotBeNull",
        {"mostly": round(1 - limit(at_most_missing), 6)},
        column=column,
        smallest=int(limit("smallest_population")),
    )


def checks() -> list[Check]:
    return [*_nothing_is_lost(), *_of_changes(), *_of_deployments(), *_of_incidents(), *_of_pages()]


def _nothing_is_lost() -> Iterator[Check]:
    for table, staged, key, of_what in (
        (DEPLOYMENTS, "staging.stg_github__deployments", "deployment_id", "deployments"),
        (INCIDENTS, "staging.stg_pagerduty__incidents", "incident_id", "incidents"),
    ):
        yield Check(
            table,
            f"holds_all_{of_what}",
            f"At least 98 in 100 {of_what} that were staged are in the fact.",
            "critical",
            "ExpectRowsToHaveAMatch",
            {
                "key": f"cast({key} as varchar)",
                "other": table,
                "other_key": f"cast({key} as varchar)",
                "maximum_share": limit("core_loss_stop"),
                "other_must_have_rows": True,
                # An as-of date in the past cuts off what is newer.
                "among": f"created_at <= (select coalesce(max(created_at), 'infinity')"
                f" from {staged} semi join {table} using ({key}))",
            },
            batch=staged,
            needs=(table,),
            smallest=int(limit("smallest_population")),
        )
    for table, column in ((DEPLOYMENTS, "finished_at"), (CHANGES, "merged_at")):
        yield few_rows(
            table,
            "nothing_of_the_future",
            "At most one event in 20 lies more than a day after the newest extract.",
            where=f"{column} > {NEWEST} + interval 1 day",
            among=f"{column} is not null",
            at_most="future_events_stop",
            severity="critical",
            column=column,
        )


def _of_changes() -> Iterator[Check]:
    yield typical(
        CHANGES,
        "lead_time_seconds",
        "typical_lead_time_is_plausible",
        "Half of all changes take between a minute and 180 days from first commit to production.",
        at_least=limit("shortest_lead_time_seconds"),
        at_most=limit("longest_lead_time_seconds"),
    )
    # Where nothing is deployed, no change can have a lead time: nothing to find out.
    yield few_rows(
        CHANGES,
        "most_have_a_lead_time",
        "At least half of the changes have a lead time, where there are deployments.",
        where="lead_time_seconds is null",
        among=f"exists (select 1 from {DEPLOYMENTS} where environment = 'production')",
        at_most="unfinished_changes_warn",
        column="lead_time_seconds",
    )
    # Without a roster no one can be known.
    yield few_rows(
        CHANGES,
        "authors_are_known",
        "At least four in five changes by people are by someone of the roster.",
        where="author_person_id is null",
        among="not is_bot and exists (select 1 from core.dim_person)",
        at_most="unknown_people_warn",
        column="author_person_id",
    )


def _of_deployments() -> Iterator[Check]:
    yield few_rows(
        DEPLOYMENTS,
        "some_are_to_production",
        "At least one deployment in 1,000 is to an environment known as production.",
        where="environment is distinct from 'production'",
        at_most="outside_production_warn",
        column="environment",
    )
    yield few_rows(
        DEPLOYMENTS,
        "most_do_not_fail",
        "At most three in five production deployments led to an incident or were rolled back.",
        where="is_failed",
        among="environment = 'production' and status = 'success'",
        at_most="failed_deployments_warn",
        column="is_failed",
    )
    yield mostly_known(
        DEPLOYMENTS,
        "service_id",
        "services_are_known",
        "At least 19 in 20 deployments belong to a service.",
        at_most_missing="missing_key_warn",
    )


def _of_incidents() -> Iterator[Check]:
    yield few_rows(
        INCIDENTS,
        "most_are_closed",
        "At most half of the incidents are still open.",
        where="is_open",
        at_most="open_incidents_warn",
        column="is_open",
    )
    yield typical(
        INCIDENTS,
        "time_to_restore_seconds",
        "typical_time_to_restore_is_plausible",
        "Half of the closed incidents took less than 30 days.",
        at_most=limit("longest_restore_seconds"),
    )
    yield mostly_known(
        INCIDENTS,
        "service_id",
        "services_are_known",
        "At least 19 in 20 incidents belong to a service.",
        at_most_missing="missing_key_warn",
    )
    yield few_rows(
        "core.bridge_incident_deployments",
        "links_do_not_rest_on_time_alone",
        "At least one link in 50 between incident and deployment rests on more than time.",
        where="link_method = 'same_service'",
        at_most="weakly_linked_incidents_warn",
        column="link_method",
    )


def _of_pages() -> Iterator[Check]:
    yield few_rows(
        PAGES,
        "zones_are_plausible",
        "At most 19 in 20 pages came after hours: more would mean that zones are mistaken.",
        where="is_after_hours",
        among="is_after_hours is not null",
        at_most="after_hours_pages_warn",
        column="is_after_hours",
    )
    for table, of_what in ((PAGES, "pages"), (SHIFTS, "shifts")):
        yield few_rows(
            table,
            "people_are_known",
            f"At least four in five {of_what} are of someone of the roster.",
            where="person_id is null",
            among="exists (select 1 from core.dim_person)",
            at_most="unknown_people_warn",
            column="person_id",
        )
    yield few_rows(
        SHIFTS,
        "shifts_have_a_usual_length",
        "At least half of the shifts last between an hour and 45 days.",
        where=f"epoch(ends_at - starts_at) / 3600 not between {limit('shortest_shift_hours')}"
        f" and {limit('longest_shift_hours')}",
        among="ends_at is not null and starts_at is not null",
        at_most="unmatched_events_stop",
        column="ends_at",
    )
    yield matched(
        PAGES,
        "paged_people_are_on_call",
        "At least half of the people who were paged have a shift on call.",
        key="contributor_key",
        other=SHIFTS,
        other_key="contributor_key",
        at_most="unmatched_events_stop",
    )
