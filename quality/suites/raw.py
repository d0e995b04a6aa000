"""Raw extracts: their shape, volume and distribution.

What a single record must hold is the landing contract's business, and keys are dbt's. Here
stands what only shows over many records: that lines can be read, that a list is whole, that
streams go on and refer to each other. Every stream is optional.
"""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.landing import Stream, load_contracts
from quality.checks import Check, few_rows, limit, matched

REPORT = "raw.load_report"
# What a check of all streams is about.
STREAMS = "raw.streams"

# When an event happened, by stream: streams that can be seen to fall silent.
EVENT_TIMES = {
    "github__commits": "commit.committer.date",
    "github__deployments": "created_at",
    "github__deployment_statuses": "created_at",
    "github__pull_requests": "created_at",
    "github__reviews": "submitted_at",
    "pagerduty__incidents": "created_at",
    "pagerduty__log_entries": "created_at",
    "pagerduty__oncalls": "start",
}

DEPLOYMENT_STATES = "'error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'"
REVIEW_STATES = "'approved', 'changes_requested', 'commented', 'dismissed', 'pending'"


def value(path: str) -> str:
    """SQL: a value of a record as text; null where it is absent."""
    return "record ->> '$." + ".".join(f'"{part}"' for part in path.split(".")) + "'"


def moment(path: str) -> str:
    """SQL: a value of a record as a UTC timestamp, from ISO 8601 or epoch seconds."""
    text = value(path)
    return (
        f"coalesce(try_cast({text} as timestamptz), to_timestamp(try_cast({text} as double)))"
        " at time zone 'UTC'"
    )


def last_number(path: str) -> str:
    """SQL: the number at the end of a URL."""
    return f"nullif(regexp_extract({value(path)}, '([0-9]+)/?$', 1), '')"


def key_of(stream: Stream) -> str:
    """SQL: what identifies a record."""
    parts = [value(path) for path in stream.primary_key]
    return parts[0] if len(parts) == 1 else f"concat_ws(chr(31), {', '.join(parts)})"


def checks() -> list[Check]:
    """Checks of all streams at once, then those that know a stream."""
    found = [*_of_all_streams(), *_of_full_lists()]
    for stream in load_contracts().values():
        if stream.table in EVENT_TIMES:
            found.extend(_of_events(stream, EVENT_TIMES[stream.table]))
    return [*found, *_of_deployments(), *_of_changes(), *_of_on_call(), *_of_people()]


def _of_all_streams() -> Iterator[Check]:
    smallest = int(limit("smallest_population"))
    yield Check(
        STREAMS,
        "lines_can_be_read",
        "Of each stream's newest extract less than a fifth of the lines is in quarantine.",
        "critical",
        "ExpectFewFaultyLines",
        {
            "kind": "quarantined",
            "share": limit("unreadable_lines_stop"),
            "smallest_extract": smallest,
        },
        batch=REPORT,
    )
    yield Check(
        STREAMS,
        "few_lines_in_quarantine",
        "Of each stream's newest extract at most one line in 200 is in quarantine.",
        "warning",
        "ExpectFewFaultyLines",
        {
            "kind": "quarantined",
            "share": limit("unreadable_lines_warn"),
            "smallest_extract": smallest,
        },
        batch=REPORT,
    )
    yield Check(
        STREAMS,
        "values_keep_their_type",
        "No key of a stream's newest extract has more than one value in 100 dropped for its type.",
        "warning",
        "ExpectFewFaultyLines",
        {
            "kind": "nulled",
            "share": limit("nulled_values_warn"),
            "smallest_extract": smallest,
        },
        batch=REPORT,
    )
    yield Check(
        STREAMS,
        "newest_extract_is_accepted",
        "No stream's newest extract was refused as a whole.",
        "critical",
        "ExpectNewestExtractsToBeAccepted",
        batch=REPORT,
    )
    yield Check(
        STREAMS,
        "no_file_is_refused",
        "No file of a stream was refused.",
        "warning",
        "ExpectFilesToBeAccepted",
        batch=REPORT,
    )
    yield Check(
        STREAMS,
        "keeps_up_with_its_source",
        "Each stream's newest extract is at most four weeks older than the newest of its source.",
        "warning",
        "ExpectStreamsToKeepUp",
        {"days": int(limit("behind_days_warn"))},
        batch=REPORT,
    )


def _of_full_lists() -> Iterator[Check]:
    named = {
        "tables": [one.table for one in load_contracts().values() if one.kind == "snapshot"],
        "smallest_list": int(limit("snapshot_loss_smallest")),
    }
    yield Check(
        STREAMS,
        "full_list_did_not_shrink",
        "Each newest full list has at least half as many rows as the one before.",
        "critical",
        "ExpectFullListsToKeepTheirSize",
        {**named, "at_least": 1 - limit("snapshot_loss_stop")},
        batch=REPORT,
    )
    yield Check(
        STREAMS,
        "full_list_did_not_double",
        "Each newest full list has at most twice as many rows as the one before.",
        "warning",
        "ExpectFullListsToKeepTheirSize",
        {**named, "at_most": limit("snapshot_growth_warn")},
        batch=REPORT,
    )


def _of_events(stream: Stream, path: str) -> Iterator[Check]:
    table = f"raw.{stream.table}"
    yield Check(
        table,
        "goes_on_with_its_source",
        "The stream did not fall silent in the four weeks before its newest extract while the"
        " other streams of its source brought news.",
        "critical",
        "ExpectStreamToGoOn",
        {
            "source": stream.source,
            "stream": stream.name,
            "key": key_of(stream),
            "at": moment(path),
            "window_days": int(limit("silence_window_days")),
            "smallest_window": int(limit("silence_smallest")),
            "at_least": limit("silence_share_stop"),
        },
        needs=(REPORT,),
    )
    # A shift on call is planned ahead.
    if stream.table != "pagerduty__oncalls":
        yield few_rows(
            table,
            "no_events_of_the_future",
            "At most one event in 20 lies more than a day after the extract that brought it.",
            where=f"{moment(path)} > extracted_at at time zone 'UTC' + interval 1 day",
            at_most="future_events_stop",
            severity="critical",
            column=path,
        )
        yield few_rows(
            table,
            "times_have_hours",
            "At most one event in five happened exactly at midnight.",
            where=f"{moment(path)} = date_trunc('day', {moment(path)})",
            among=f"{value(path)} is not null",
            at_most="midnight_events_warn",
            column=path,
        )


def _of_deployments() -> Iterator[Check]:
    deployments, statuses = "raw.github__deployments", "raw.github__deployment_statuses"
    of_deployment = f"coalesce({value('deployment_id')}, {last_number('deployment_url')})"
    yield matched(
        deployments,
        "most_have_a_status",
        "At least nine in ten deployments have a status.",
        key=value("id"),
        other=statuses,
        other_key=of_deployment,
        at_most="without_status_warn",
    )
    yield matched(
        deployments,
        "statuses_are_of_these_deployments",
        "At least one deployment in ten has a status: without any, nothing counts as deployed.",
        key=value("id"),
        other=statuses,
        other_key=of_deployment,
        at_most="without_status_stop",
        severity="critical",
    )
    yield matched(
        statuses,
        "most_match_a_deployment",
        "At least 19 in 20 deployments that statuses name were extracted.",
        key=of_deployment,
        other=deployments,
        other_key=value("id"),
        at_most="unmatched_events_warn",
    )
    yield few_rows(
        deployments,
        "name_a_commit",
        "At least 19 in 20 deployments name the commit or the tag that was deployed.",
        where=f"coalesce({value('sha')}, {value('ref')}) is null",
        at_most="missing_key_warn",
        column="sha",
    )
    yield few_rows(
        statuses,
        "states_are_known",
        "At most one status in 100 has a state that GitHub does not document.",
        where=f"lower({value('state')}) not in ({DEPLOYMENT_STATES})",
        at_most="unknown_word_warn",
        column="state",
    )


def _of_changes() -> Iterator[Check]:
    changes, commits = "raw.github__pull_requests", "raw.github__commits"
    reviews, own_commits = "raw.github__reviews", "raw.github__pull_request_commits"
    yield few_rows(
        changes,
        "merged_ones_name_their_commit",
        "At least 19 in 20 merged pull requests name their merge commit.",
        where=f"{value('merge_commit_sha')} is null",
        among=f"{value('merged_at')} is not null",
        at_most="missing_key_warn",
        column="merge_commit_sha",
    )
    yield few_rows(
        commits,
        "name_their_parents",
        "At least 19 in 20 commits name a parent: ancestry says what a deployment holds.",
        where="coalesce(json_array_length(record, '$.parents'), 0) = 0",
        at_most="missing_key_warn",
        column="parents",
    )
    yield few_rows(
        reviews,
        "states_are_known",
        "At most one review in 100 has a state that GitHub does not document.",
        where=f"lower({value('state')}) not in ({REVIEW_STATES})",
        at_most="unknown_word_warn",
        column="state",
    )
    # Numbers repeat between repositories: this is coarse, and needs no repository.
    yield matched(
        reviews,
        "most_match_a_pull_request",
        "At least half of the pull request numbers that reviews name were extracted.",
        key=last_number("pull_request_url"),
        other=changes,
        other_key=value("number"),
        at_most="unmatched_events_stop",
    )
    yield matched(
        own_commits,
        "most_match_a_pull_request",
        "At least half of the pull request numbers that commits name were extracted.",
        key=value("pull_number"),
        other=changes,
        other_key=value("number"),
        at_most="unmatched_events_stop",
    )


def _of_on_call() -> Iterator[Check]:
    incidents, entries = "raw.pagerduty__incidents", "raw.pagerduty__log_entries"
    yield matched(
        entries,
        "most_match_an_incident",
        "At least 19 in 20 incidents that log entries name were extracted.",
        key=value("incident.id"),
        other=incidents,
        other_key=value("id"),
        at_most="unmatched_events_warn",
    )
    yield matched(
        entries,
        "entries_are_of_these_incidents",
        "At least half of the incidents that log entries name were extracted.",
        key=value("incident.id"),
        other=incidents,
        other_key=value("id"),
        at_most="unmatched_events_stop",
        severity="critical",
    )
    yield few_rows(
        entries,
        "pages_name_a_user",
        "At least 19 in 20 notifications name who was notified.",
        where=f"{value('user.id')} is null",
        among=f"{value('type')} like 'notify_log_entry%'",
        at_most="missing_key_warn",
        column="user.id",
    )
    yield few_rows(
        incidents,
        "name_a_service",
        "At least 19 in 20 incidents name a service.",
        where=f"{value('service.id')} is null",
        at_most="missing_key_warn",
        column="service.id",
    )
    yield few_rows(
        incidents,
        "resolved_ones_say_when",
        "At least 19 in 20 resolved incidents say when they were resolved.",
        where=f"{value('resolved_at')} is null",
        among=f"{value('status')} = 'resolved'",
        at_most="missing_key_warn",
        column="resolved_at",
    )


def _of_people() -> Iterator[Check]:
    roster = "raw.people__roster"
    for table, of_what in (
        ("raw.people__identities", "logins"),
        ("raw.people__team_membership", "memberships"),
    ):
        yield matched(
            table,
            "most_people_are_in_the_roster",
            f"At least 19 in 20 people that {of_what} name are in the roster.",
            key=value("employee_id"),
            other=roster,
            other_key=value("employee_id"),
            at_most="unmatched_events_warn",
        )
        yield matched(
            table,
            "people_are_of_this_roster",
            f"At least half of the people that {of_what} name are in the roster: otherwise the"
            " two lists identify people differently.",
            key=value("employee_id"),
            other=roster,
            other_key=value("employee_id"),
            at_most="unmatched_events_stop",
            severity="critical",
        )
    yield matched(
        "raw.people__service_ownership",
        "most_services_are_declared",
        "At least 19 in 20 services with an owner are in the service catalogue.",
        key=value("service_id"),
        other="raw.people__services",
        other_key=value("service_id"),
        at_most="unmatched_events_warn",
    )
    yield matched(
        "raw.people__service_ownership",
        "most_owners_are_teams",
        "At least 19 in 20 teams that own a service are in the list of teams.",
        key=value("team_id"),
        other="raw.people__teams",
        other_key=value("team_id"),
        at_most="unmatched_events_warn",
    )
    yield few_rows(
        roster,
        "people_have_a_time_zone",
        "At least 19 in 20 rows of the roster have a time zone: hours are people's own.",
        where=f"{value('time_zone')} is null",
        at_most="missing_key_warn",
        column="time_zone",
    )
