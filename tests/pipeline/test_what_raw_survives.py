"""Dirt that extracts bring, through the whole load into core: counted, explained, and nothing else
is lost.

One landing folder holds one of each kind; each test looks at what became of one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.landing import load_contracts, load_landing
from orchestration.landing.lines import MAX_LINE_BYTES
from orchestration.warehouse.connection import connect
from tests.pipeline.conftest import Rows, load_and_build, query

EARLY, AT, LATE = "2026-09-01T00-00-00Z", "2026-10-01T00-00-00Z", "2026-10-10T00-00-00Z"
REPOSITORY = "acme/shop"


def pull_request(number: int, **more: Any) -> dict[str, Any]:
    """Merged on 2 September; `m<number>` is its merge commit."""
    return {
        "id": number,
        "number": number,
        "state": "closed",
        "user": {"login": "ada", "id": 1, "type": "User"},
        "created_at": "2026-09-02T08:00:00Z",
        "updated_at": "2026-09-02T12:00:00Z",
        "merged_at": "2026-09-02T12:00:00Z",
        "merge_commit_sha": f"m{number}",
        "base": {"ref": "main", "repo": {"full_name": REPOSITORY, "default_branch": "main"}},
        **more,
    }


def without(record: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != key}


def lines(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def deployment(number: int, sha: str, created_at: str) -> dict[str, Any]:
    return {
        "id": number,
        "sha": sha,
        "repository": REPOSITORY,
        "environment": "production",
        "creator": {"login": "deploy[bot]", "id": 9, "type": "Bot"},
        "created_at": created_at,
    }


def commit(sha: str, *parents: str, at: str = "2026-09-02T06:00:00Z") -> dict[str, Any]:
    return {
        "sha": sha,
        "repository": REPOSITORY,
        "commit": {"author": {"date": at}, "committer": {"date": at}, "message": sha},
        "author": {"login": "ada", "id": 1, "type": "User"},
        "parents": [{"sha": parent} for parent in parents],
    }


def review(number: int, pull: int, at: str) -> dict[str, Any]:
    return {
        "id": number,
        "state": "APPROVED",
        "user": {"login": "ben", "id": 2, "type": "User"},
        "submitted_at": at,
        "pull_request_url": f"https://api.example/repos/{REPOSITORY}/pulls/{pull}",
        "repository": REPOSITORY,
    }


ROSTER = "employee_id,name,role_family,level,location,time_zone,hired_on,valid_from,valid_to\n"
FILES: dict[str, bytes] = {
    # Rows 2 to 6 cannot be read; the first and the last can.
    f"github/pull_requests/{AT}/lines.jsonl": (
        lines(pull_request(1))
        + b'{"id": 2, "number":\n'
        + b'{"id": 3, "title": "\xff"}\n'
        + b"[4]\n"
        + b'{"id": 5, "title": "'
        + b"x" * MAX_LINE_BYTES
        + b'"}\n'
        + lines(without(pull_request(6), "id"))
        + lines(pull_request(7))
    ),
    f"github/pull_requests/{AT}/values.jsonl": lines(
        pull_request(10) | {"number": "ten"},
        pull_request(11, merged_at="0000-00-00"),
        pull_request(12, merged_at="25-11-2025"),
        pull_request(13, additions="many"),
        pull_request(14, merged_at="2026-09-02T12:00:00"),
    ),
    f"github/pull_requests/{AT}/times.jsonl": lines(
        pull_request(20, merged_at="2026-09-02T12:00:00Z"),
        pull_request(21, merged_at="2026-09-02T20:00:00+0800"),
        pull_request(22, merged_at=1788350400),
    ),
    # The version of 10 October arrives first, an older one later, and one of them twice.
    f"github/pull_requests/{LATE}/new.jsonl": lines(
        pull_request(30, title="newest", updated_at="2026-10-09T00:00:00Z")
    ),
    f"github/pull_requests/{AT}/old.jsonl": lines(
        pull_request(30, title="old"), pull_request(30, title="old")
    ),
    f"github/pull_requests/{AT}/people.jsonl": lines(
        pull_request(40, user=None),
        pull_request(41, user={"login": "stranger", "id": 3, "type": "User"}),
        pull_request(42, user={"login": "dependabot[bot]", "id": 4, "type": "Bot"}),
        pull_request(43, user={"login": "Ada-Old", "id": 1, "type": "User"}),
        pull_request(44, user={"login": "shared", "id": 5, "type": "User"}),
    ),
    # Reviewed before it was opened, and deployed before it was merged.
    f"github/pull_requests/{AT}/clocks.jsonl": lines(
        pull_request(50), pull_request(51, merged_at="2026-09-04T12:00:00Z")
    ),
    # A squash, known by its merge commit, and a rebase, known by its own commits alone.
    f"github/pull_requests/{AT}/links.jsonl": lines(
        pull_request(60), pull_request(61, merge_commit_sha="rewritten", head={"sha": "h61"})
    ),
    f"github/reviews/{AT}/part.jsonl": lines(review(1, 50, "2026-09-02T07:00:00Z")),
    f"github/commits/{AT}/part.jsonl": lines(
        commit("m0", at="2026-08-01T12:00:00Z"),
        commit("m50", "m0"),
        commit("m51", "m50"),
        commit("m60", "m51"),
        commit("h61", "m60"),
    ),
    # The first deployment of a service holds m0 and all that came before.
    f"github/deployments/{AT}/part.jsonl": lines(
        deployment(1, "m0", "2026-08-02T06:00:00Z"), deployment(2, "h61", "2026-09-03T06:00:00Z")
    ),
    f"github/deployment_statuses/{AT}/part.jsonl": lines(
        *(
            {"id": number, "deployment_id": number, "state": "success", "created_at": at}
            for number, at in ((1, "2026-08-02T06:05:00Z"), (2, "2026-09-03T06:05:00Z"))
        )
    ),
    f"pagerduty/incidents/{AT}/part.jsonl": lines(
        {
            "id": "OPEN",
            "status": "acknowledged",
            "service": {"id": "PS"},
            "created_at": "2026-09-05T10:00:00Z",
        }
    ),
    f"pagerduty/services/{AT}/part.jsonl": lines({"id": "PS", "name": "Shop"}),
    # E9 is missing from the newest list: deleted at its source.
    f"people/roster/{EARLY}/part.csv": (
        ROSTER
        + "E1,Ada,engineering,L4,Berlin,Europe/Berlin,2020-01-01,2020-01-01,\n"
        + "E9,Zoe,engineering,L4,Berlin,Europe/Berlin,2020-01-01,2020-01-01,\n"
    ).encode(),
    f"people/roster/{AT}/part.csv": (
        ROSTER + "E1,Ada,engineering,L4,Berlin,Europe/Berlin,2020-01-01,2020-01-01,\n"
    ).encode(),
    f"people/identities/{AT}/part.csv": (
        b"employee_id,system,identity\n"
        b"E1,github,ada\n"
        b"E1,github,ada-old\n"
        b"E1,github,shared\n"
        b"E9,github,shared\n"
    ),
    # One team was renamed; a membership has no length, and one person is whole in two teams.
    f"people/teams/{AT}/part.csv": (
        b"team_id,team_name,parent_team_id,division,time_zone,valid_from,valid_to\n"
        b"T1,Basket,,D,Europe/Berlin,2020-01-01,2026-09-01\n"
        b"T1,Checkout,,D,Europe/Berlin,2026-09-01,\n"
        b"T2,Till,,D,Europe/Berlin,2020-01-01,\n"
    ),
    f"people/team_membership/{AT}/part.csv": (
        b"employee_id,team_id,allocation_share,valid_from,valid_to\n"
        b"E1,T1,1,2020-01-01,\n"
        b"E1,T2,1,2026-01-01,\n"
        b"E1,T2,1,2025-01-01,2025-01-01\n"
    ),
}

# One process builds it for all.
pytestmark = pytest.mark.xdist_group("dirt")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dirt")
    for name, content in FILES.items():
        file = folder / "landing" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    home = folder / "home"
    home.mkdir()
    # What is newest arrives first.
    late = folder / "landing" / "github" / "pull_requests"
    (late / AT).rename(folder / "held back")
    with connect(home / "warehouse.duckdb") as connection:
        load_landing(connection, folder / "landing", load_contracts())
    (folder / "held back").rename(late / AT)
    load_and_build(folder / "landing", home)
    return home


@pytest.fixture(scope="module")
def shuffled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same extracts: each line a file of its own, in the opposite order, every second twice."""
    folder = tmp_path_factory.mktemp("shuffled")
    for name, content in FILES.items():
        place = folder / "landing" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.suffix == ".csv":
            place.write_bytes(content)
            continue
        for number, line in enumerate(reversed(content.splitlines(keepends=True))):
            (place.parent / f"{place.stem}-{number:03}.jsonl").write_bytes(line)
            if number % 2:
                (place.parent / f"again-{place.stem}-{number:03}.jsonl").write_bytes(line)
    load_and_build(folder / "landing", folder / "home")
    return folder / "home"


def core(home: Path) -> dict[str, Rows]:
    """Every table of core but the list of streams, which counts files."""
    tables = query(home, "select table_name from duckdb_tables() where schema_name = 'core'")
    return {
        table: query(home, f"select * from core.{table} order by all")
        for (table,) in tables
        if table != "dim_stream"
    }


def quarantined(home: Path, file: str) -> Rows:
    return query(
        home,
        "select row_number, reason, field from raw.quarantine"
        f" where source_file like '%/{file}' order by row_number",
    )


def reported(home: Path, file: str, *kinds: str) -> Rows:
    return query(
        home,
        "select kind, reason, field, n_rows from raw.load_report"
        f" where source_file like '%/{file}' and kind in {(*kinds, '')} order by all",
    )


def changes(home: Path, columns: str, *numbers: int) -> Rows:
    return query(
        home,
        f"select number, {columns} from core.fct_changes"
        f" where number in {(*numbers, 0)} order by number",
    )


def test_a_line_that_cannot_be_read_is_set_aside_and_the_others_load(home: Path) -> None:
    assert quarantined(home, "lines.jsonl") == [
        (2, "not_json", None),
        (3, "not_utf8", None),
        (4, "not_an_object", None),
        (5, "line_too_long", None),
        (6, "missing", "id"),
    ]
    assert reported(home, "lines.jsonl", "loaded") == [("loaded", None, None, 2)]
    assert [number for (number, _) in changes(home, "change_kind", *range(1, 8))] == [1, 7]


def test_a_value_that_is_wrong_is_set_aside_or_null_with_its_reason(home: Path) -> None:
    assert quarantined(home, "values.jsonl") == [(1, "wrong_type", "number")]
    assert reported(home, "values.jsonl", "nulled") == [
        ("nulled", "naive_timestamp", "merged_at", 1),
        ("nulled", "not_a_timestamp", "merged_at", 1),
        ("nulled", "wrong_type", "additions", 1),
        ("nulled", "zero_date", "merged_at", 1),
    ]
    # Without the time of its merge a pull request is none yet.
    assert changes(home, "change_kind", *range(10, 15)) == [(13, "pull_request")]


def test_times_of_every_form_are_one_moment(home: Path) -> None:
    assert changes(home, "strftime(merged_at, '%d %H:%M')", 20, 21, 22) == [
        (20, "02 12:00"),
        (21, "02 12:00"),
        (22, "02 12:00"),
    ]


def test_the_latest_version_wins_however_late_an_older_one_arrives(home: Path) -> None:
    title = "select title from intermediate.int_changes_merged where number = 30"
    assert query(home, title) == [("newest",)]
    assert reported(home, "old.jsonl", "duplicate", "out_of_order") == [
        ("duplicate", None, None, 1),
        ("out_of_order", None, None, 2),
    ]


def test_what_is_missing_from_a_full_list_is_gone(home: Path) -> None:
    assert query(home, "select person_id from core.dim_person") == [("E1",)]


def test_an_event_of_no_known_person_stays_and_is_listed(home: Path) -> None:
    assert changes(home, "author_person_id, contributor_key, is_bot", 40, 41, 42, 43, 44) == [
        (40, None, None, False),
        (41, None, "github/stranger", False),
        (42, None, None, True),
        # An older login of the same person, and one that two people claim.
        (43, "E1", "E1", False),
        (44, None, "github/shared", False),
    ]
    assert query(
        home,
        "select identity, n_changes, n_reviews from core.fct_unmatched_identities order by all",
    ) == [("ben", 0, 1), ("shared", 1, 0), ("stranger", 1, 0)]


def test_a_duration_against_the_clock_is_null_with_a_reason(home: Path) -> None:
    assert changes(home, "pickup_seconds, unknown_part_reason", 50) == [
        (50, None, "reviewed before it was opened")
    ]
    assert changes(home, "unknown_part_reason, lead_time_seconds is not null", 51) == [
        (51, "deployed before the merge", True)
    ]


def test_the_first_deployment_claims_no_history_and_a_bots_deployment_is_one(home: Path) -> None:
    assert query(
        home,
        "select deployment_id, is_baseline, status from core.fct_deployments order by all",
    ) == [("1", True, "success"), ("2", False, "success")]
    assert query(home, "select count(*) from core.fct_changes where deployment_id = '1'") == [(0,)]


def test_squash_and_rebase_are_linked_by_whichever_commit_is_known(home: Path) -> None:
    assert changes(home, "deployment_id, deployment_link_method", 60, 61) == [
        (60, "2", "merge_commit"),
        (61, "2", "own_commits"),
    ]


def test_a_renamed_team_is_one_team_and_contradicting_memberships_are_listed(home: Path) -> None:
    assert query(
        home, "select team_id, team_name from core.dim_team where team_id = 'T1' order by 2"
    ) == [("T1", "Basket"), ("T1", "Checkout")]
    assert query(
        home,
        "select record_key, fault from core.fct_record_faults"
        " where stream_name = 'team_membership' order by all",
    ) == [
        ("E1/T2/2025-01-01", "ends before it starts"),
        ("E1/T2/2026-01-01", "more than one whole person at once"),
    ]


def test_an_open_incident_has_no_end(home: Path) -> None:
    assert query(
        home,
        "select incident_id, is_open, resolved_at, time_to_restore_seconds from core.fct_incidents",
    ) == [("OPEN", True, None, None)]


def test_order_repetition_and_splitting_of_files_change_no_core_table(
    home: Path, shuffled_home: Path
) -> None:
    found = core(home)
    assert len(found["fct_changes"]) > 15
    assert core(shuffled_home) == found
