"""Objects as GitLab and Jira send them: what is kept of them, and what never arrives."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orchestration.landing import StreamLoad, load_contracts, load_stream
from tests.landing.conftest import AT, Desk

SECRET = "Ines Okoro thinks the rota is unfair"
HOST = "https://gitlab.example.com"
SHA = "99d03678b90d914dbb1b109132516d71a4a03ea8"

USER = {
    "id": 7,
    "username": "ines.okoro",
    "public_email": "ines@example.com",
    "name": "Ines Okoro",
    "state": "active",
    "locked": False,
    "avatar_url": "https://secure.gravatar.com/avatar/7",
    "web_url": f"{HOST}/ines.okoro",
}
MERGE_REQUEST = {
    "id": 841,
    "iid": 12,
    "project_id": 5,
    "title": "Draft: Round amounts",
    "description": SECRET,
    "state": "merged",
    "created_at": "2026-01-05T09:00:00.000Z",
    "updated_at": "2026-01-06T10:00:00.000Z",
    "merged_by": USER,
    "merge_user": USER,
    "merged_at": "2026-01-06T10:00:00.000Z",
    "closed_by": None,
    "closed_at": None,
    "target_branch": "main",
    "source_branch": "round-amounts",
    "user_notes_count": 3,
    "author": USER,
    "assignees": [USER],
    "assignee": USER,
    "reviewers": [USER],
    "source_project_id": 5,
    "target_project_id": 5,
    "labels": ["bug", "service::payments"],
    "draft": False,
    "work_in_progress": False,
    "milestone": None,
    "detailed_merge_status": "not_open",
    "sha": SHA,
    "merge_commit_sha": "a" * 40,
    "squash_commit_sha": None,
    "prepared_at": "2026-01-05T09:00:04.000Z",
    "reference": "!12",
    "references": {"short": "!12", "relative": "!12", "full": "money/core/ledger!12"},
    "web_url": f"{HOST}/money/core/ledger/-/merge_requests/12",
    "time_stats": {"time_estimate": 0, "total_time_spent": 0},
    "squash": False,
}
NOTE = {
    "id": 3021,
    "type": None,
    "body": "approved this merge request",
    "author": USER,
    "created_at": "2026-01-06T09:30:00.000Z",
    "updated_at": "2026-01-06T09:30:00.000Z",
    "system": True,
    "noteable_id": 841,
    "noteable_type": "MergeRequest",
    "project_id": 5,
    "resolvable": False,
    "confidential": False,
    "internal": False,
    "noteable_iid": 12,
    "commands_changes": {},
}
COMMIT = {
    "id": SHA,
    "short_id": SHA[:8],
    "created_at": "2026-01-05T09:36:01.000+02:00",
    "parent_ids": ["b" * 40],
    "title": "Round amounts",
    "message": "Round amounts\n",
    "author_name": "Ines Okoro",
    "author_email": "ines@example.com",
    "authored_date": "2026-01-05T09:36:01.000+02:00",
    "committer_name": "Ines Okoro",
    "committer_email": "ines@example.com",
    "committed_date": "2026-01-05T09:36:01.000+02:00",
    "trailers": {"Signed-off-by": "Ines Okoro"},
    "extended_trailers": {},
    "web_url": f"{HOST}/money/core/ledger/-/commit/{SHA}",
}
DEPLOYMENT = {
    "id": 41,
    "iid": 1,
    "ref": "main",
    "sha": SHA,
    "created_at": "2026-01-06T11:00:00.000Z",
    "updated_at": "2026-01-06T11:05:00.000Z",
    "user": USER,
    "environment": {
        "id": 9,
        "name": "production",
        "slug": "production",
        "external_url": "https://ledger.example.com",
    },
    "deployable": {
        "id": 664,
        "status": "success",
        "stage": "deploy",
        "name": "deploy",
        "ref": "main",
        "tag": False,
        "created_at": "2026-01-06T11:00:00.000Z",
        "started_at": "2026-01-06T11:00:10.000Z",
        "finished_at": "2026-01-06T11:04:59.000Z",
        "duration": 289.0,
        "user": {**USER, "bio": SECRET},
        "commit": COMMIT,
        "pipeline": {"id": 42, "web_url": f"{HOST}/money/core/ledger/-/pipelines/42"},
        "web_url": f"{HOST}/money/core/ledger/-/jobs/664",
    },
    "status": "success",
}
ISSUE = {
    "id": 990,
    "iid": 31,
    "project_id": 5,
    "title": SECRET,
    "description": SECRET,
    "state": "closed",
    "created_at": "2026-01-02T08:00:00.000Z",
    "updated_at": "2026-01-07T08:00:00.000Z",
    "closed_at": "2026-01-07T08:00:00.000Z",
    "closed_by": USER,
    "labels": ["bug", "found in production"],
    "milestone": None,
    "assignees": [USER],
    "author": USER,
    "type": "ISSUE",
    "issue_type": "issue",
    "severity": "UNKNOWN",
    "references": {"short": "#31", "relative": "#31", "full": "money/core/ledger#31"},
    "web_url": f"{HOST}/money/core/ledger/-/issues/31",
    "_links": {
        "self": f"{HOST}/api/v4/projects/5/issues/31",
        "closed_as_duplicate_of": f"{HOST}/api/v4/projects/5/issues/30",
    },
}
PIPELINE = {
    "id": 42,
    "iid": 11,
    "project_id": 5,
    "name": "Checks",
    "status": "failed",
    "source": "merge_request_event",
    "ref": "refs/merge-requests/12/head",
    "sha": SHA,
    "web_url": f"{HOST}/money/core/ledger/-/pipelines/42",
    "created_at": "2026-01-05T09:00:10.000Z",
    "updated_at": "2026-01-05T09:10:00.000Z",
    "started_at": "2026-01-05T09:00:20.000Z",
    "finished_at": "2026-01-05T09:10:00.000Z",
    "user": USER,
}
ACCOUNT = {
    "self": "https://acme.atlassian.net/rest/api/3/user?accountId=5b10a2844c20165700ede21g",
    "accountId": "5b10a2844c20165700ede21g",
    "emailAddress": "ines@example.com",
    "displayName": "Ines Okoro",
    "active": True,
    "timeZone": "Asia/Singapore",
    "accountType": "atlassian",
}
JIRA_ISSUE = {
    "expand": "operations,versionedRepresentations",
    "id": "10441",
    "self": "https://acme.atlassian.net/rest/api/3/issue/10441",
    "key": "PAY-17",
    "fields": {
        "summary": SECRET,
        "description": {"type": "doc", "version": 1, "content": [{"text": SECRET}]},
        "issuetype": {"id": "10004", "name": "Bug", "subtask": False},
        "project": {"id": "10000", "key": "PAY", "name": "Payments"},
        "status": {
            "id": "10002",
            "name": "Closed",
            "statusCategory": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
        },
        "resolution": {"id": "10000", "name": "Done", "description": "Work is complete."},
        "priority": {"id": "2", "name": "High"},
        "labels": ["found-in-production"],
        "components": [{"id": "10010", "name": "ledger"}],
        "assignee": ACCOUNT,
        "reporter": ACCOUNT,
        "created": "2026-01-05T10:00:00.000+0800",
        "updated": "2026-01-09T18:30:00.000+0800",
        "resolutiondate": "2026-01-09T18:30:00.000+0800",
        "customfield_10020": SECRET,
    },
}
CHANGELOG = {
    "id": "20311",
    "author": ACCOUNT,
    "created": "2026-01-09T18:30:00.000+0800",
    "items": [
        {
            "field": "assignee",
            "fieldtype": "jira",
            "fieldId": "assignee",
            "from": None,
            "fromString": None,
            "to": ACCOUNT["accountId"],
            "toString": "Ines Okoro",
        },
        {
            "field": "description",
            "fieldtype": "jira",
            "fieldId": "description",
            "from": None,
            "fromString": SECRET,
            "to": None,
            "toString": SECRET,
        },
        {
            "field": "status",
            "fieldtype": "jira",
            "fieldId": "status",
            "from": "3",
            "fromString": "In Progress",
            "to": "10002",
            "toString": "Closed",
        },
    ],
    "issue_id": "10441",
    "issue_key": "PAY-17",
}
SENT = {
    ("gitlab", "merge_requests"): MERGE_REQUEST,
    ("gitlab", "merge_request_notes"): NOTE,
    ("gitlab", "commits"): COMMIT,
    ("gitlab", "deployments"): DEPLOYMENT,
    ("gitlab", "issues"): ISSUE,
    ("gitlab", "pipelines"): PIPELINE,
    ("jira", "issues"): JIRA_ISSUE,
    ("jira", "issue_changelogs"): CHANGELOG,
}


def loaded(desk: Desk, source: str, stream: str, *sent: Any) -> tuple[StreamLoad, list[Any]]:
    """What became of some records, and what the warehouse keeps of them."""
    folder = desk.folder / source / stream / AT
    folder.mkdir(parents=True)
    (folder / "part.jsonl").write_text("".join(json.dumps(record) + "\n" for record in sent))
    result = load_stream(desk.connection, desk.folder, load_contracts()[(source, stream)])
    kept = desk.rows(f"select record from raw.{source}__{stream} order by row_number")
    return result, [json.loads(record) for (record,) in kept]


def test_every_stream_of_both_is_fed() -> None:
    declared = {key for key in load_contracts() if key[0] in ("gitlab", "jira")}
    assert set(SENT) == declared


@pytest.mark.parametrize(("source", "stream"), SENT)
def test_an_object_as_it_is_sent_loads_without_a_fault_and_without_what_people_wrote(
    desk: Desk, source: str, stream: str
) -> None:
    result, kept = loaded(desk, source, stream, SENT[source, stream])
    assert (result.n_rows_loaded, result.problems) == (1, [])
    assert desk.report("nulled") == []
    text = json.dumps(kept)
    for unwanted in (SECRET, "Ines Okoro", "avatar", "accountId", ACCOUNT["accountId"]):
        assert unwanted not in text
    assert ("ines@example.com" in text) == (stream == "commits")


def test_a_merge_request_keeps_its_author_s_name_as_a_user_only(desk: Desk) -> None:
    _, (kept,) = loaded(desk, "gitlab", "merge_requests", MERGE_REQUEST)
    assert kept["author"] == {"username": "ines.okoro"}
    assert kept["labels"] == ["bug", "service::payments"]
    assert kept["references"] == {"full": "money/core/ledger!12"}


def test_of_notes_only_the_words_of_gitlab_about_approval_are_kept(desk: Desk) -> None:
    bodies = [
        "approved this merge request",
        "unapproved this merge request",
        "requested changes",
        "left review comments",
        "assigned to @ines.okoro",
        SECRET,
        f"approved this merge request\n\n{SECRET}",
    ]
    notes = [{**NOTE, "id": number, "body": body} for number, body in enumerate(bodies)]
    _, kept = loaded(desk, "gitlab", "merge_request_notes", *notes)
    assert [note["body"] for note in kept] == [*bodies[:4], None, None, None]
    assert {note["author"]["username"] for note in kept} == {"ines.okoro"}


def test_jira_dates_with_an_offset_without_a_colon_are_accepted(desk: Desk) -> None:
    _, (kept,) = loaded(desk, "jira", "issues", JIRA_ISSUE)
    assert kept["fields"]["created"] == "2026-01-05T10:00:00.000+0800"
    assert kept["fields"]["status"] == {"name": "Closed", "statusCategory": {"key": "done"}}
    assert kept["fields"]["components"] == [{"name": "ledger"}]


def test_of_a_changelog_only_status_and_resolution_arrive(desk: Desk) -> None:
    others = {**CHANGELOG, "id": "20312", "items": CHANGELOG["items"][:2]}
    without = {key: value for key, value in CHANGELOG.items() if key != "items"}
    result, kept = loaded(
        desk, "jira", "issue_changelogs", CHANGELOG, others, {**without, "id": "20313"}
    )
    assert result.n_rows_loaded == 3
    assert [record["items"] for record in kept] == [
        [{"field": "status", "fromString": "In Progress", "toString": "Closed"}],
        [],
        None,
    ]


def test_what_airbyte_wraps_around_a_changelog_comes_off(desk: Desk) -> None:
    message = {"stream": "issue_changelogs", "data": CHANGELOG, "emitted_at": 1}
    _, (kept,) = loaded(desk, "jira", "issue_changelogs", {"type": "RECORD", "record": message})
    assert (kept["id"], kept["issue_key"]) == ("20311", "PAY-17")
    assert len(kept["items"]) == 1
