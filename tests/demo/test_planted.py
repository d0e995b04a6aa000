"""What was planted is in the files, and the register says where."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.sources.demo import EVERYTHING, write_demo
from orchestration.sources.demo.planted import OCCURRENCES, TRUTHS, Planted
from tests.demo.conftest import PEOPLE, QUARTERS, Extracts, moment, repository_of

# What needs more teams than sixty people make: two that nothing else happens to.
IN_LARGER_ORGANISATIONS = {"blocked_team"}


def names(extracts: Extracts) -> set[str]:
    return {item.name for item in extracts.summary.planted}


def test_everything_is_planted_at_sixty_people_but_what_needs_more_teams(
    extracts: Extracts,
) -> None:
    assert names(extracts) == set(EVERYTHING) - IN_LARGER_ORGANISATIONS


def test_everything_is_planted_among_a_few_hundred_people(many: Extracts) -> None:
    assert names(many) == {*OCCURRENCES, *TRUTHS}


def test_only_what_is_asked_for_is_planted(tmp_path: Path) -> None:
    asked = {*TRUTHS, "monorepo"}
    summary = write_demo(tmp_path, people=PEOPLE, quarters=QUARTERS, plant=asked)
    assert {item.name for item in summary.planted} == asked - IN_LARGER_ORGANISATIONS


def test_a_name_outside_the_register_cannot_be_planted(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing is known"):
        write_demo(tmp_path, plant=("something_else",))
    with pytest.raises(KeyError):
        Planted().record("something_else")


def test_what_is_not_planned_is_not_recorded() -> None:
    clean = Planted(names=())
    clean.record("team_split", team_id="T0001")
    assert clean.found() == ()


def test_no_name_is_both_an_oddity_and_a_truth() -> None:
    assert len(set(EVERYTHING)) == len(EVERYTHING)


def test_there_are_at_least_five_small_teams_and_one_of_one(extracts: Extracts) -> None:
    sizes = Counter(r["team_id"] for r in extracts.snapshot("team_membership") if not r["valid_to"])
    small = {item["team_id"] for item in extracts.planted("small_teams")}
    assert len(small) >= 5
    assert all(sizes[team] < 5 for team in small)
    assert sizes[extracts.planted("one_person_team")[0]["team_id"]] == 1


def test_teams_were_renamed_moved_and_split(extracts: Extracts) -> None:
    rows = extracts.rows_by("team_id", "teams")
    renamed = rows[extracts.planted("team_renamed")[0]["team_id"]]
    assert len({row["team_name"] for row in renamed}) == 2
    moved = rows[extracts.planted("team_moved_department")[0]["team_id"]]
    assert len({row["department"] for row in moved}) == 2
    split = extracts.planted("team_split")[0]
    assert rows[split["new_team_id"]][0]["valid_from"] > "2026-04-01"
    owners = [r["team_id"] for r in extracts.snapshot("service_ownership")]
    assert split["new_team_id"] in owners


def test_services_change_hands_and_one_loses_its_owner(extracts: Extracts) -> None:
    owners = extracts.rows_by("service_id", "service_ownership")
    for item in extracts.planted("service_handed_over"):
        last = owners[item["service_id"]][-1]
        assert last["team_id"] == item["team_id"]
        assert last["maturity_band_at_takeover"] == "inherited_debt"
    lost = extracts.planted("service_without_owner")[0]["service_id"]
    assert all(row["valid_to"] for row in owners[lost])
    current = [s for s, r in owners.items() if not any(not x["valid_to"] for x in r)]
    assert current == [lost]


def test_people_move_zone_use_two_logins_and_get_another_manager(extracts: Extracts) -> None:
    rows = extracts.rows_by("employee_id", "roster")
    mover = extracts.planted("person_moved_zone")[0]["employee_id"]
    assert len({row["time_zone"] for row in rows[mover]}) == 2
    double = extracts.planted("person_with_two_logins")[0]
    people = extracts.identities("github")
    logins = {login for login, person in people.items() if person == double["employee_id"]}
    assert logins == {double["first"], double["second"]}
    lead = extracts.planted("manager_changed")[0]["employee_id"]
    assert rows[lead][-1]["level"] == "M1"
    assert any(r[-1]["manager_employee_id"] == lead for r in rows.values())
    members = extracts.rows_by("employee_id", "team_membership")
    heads = {item["employee_id"] for item in extracts.planted("person_without_team")}
    assert heads == rows.keys() - members.keys()


def test_strangers_are_not_in_the_identity_map(many: Extracts) -> None:
    known = many.identities("github")
    strangers = {item["login"] for item in many.planted("unknown_logins")}
    assert not strangers & known.keys()
    assert strangers & {
        user["login"] for user in users(many.all("github", "pull_requests")) if user
    }


def test_deleted_users_are_null_from_the_next_version_on(many: Extracts) -> None:
    gone = {item["login"] for item in many.planted("deleted_accounts")}
    assert gone <= many.identities("github").keys()
    first, *_, last = (
        users(many.visits("github", "pull_requests")[at] + many.visits("github", "reviews")[at])
        for at in many.summary.extracts
    )
    assert gone & {user["login"] for user in first if user}
    assert not gone & {user["login"] for user in last if user}
    assert None in users(many.all("github", "pull_requests") + many.all("github", "reviews"))


def users(records: list[dict[str, Any]]) -> list[dict[str, Any] | None]:
    return [record["user"] for record in records]


def production_of(extracts: Extracts, repository: str) -> list[dict[str, Any]]:
    found = [
        d
        for d in extracts.latest("github", "deployments").values()
        if repository_of(d["repository_url"]) == repository and d["environment"] == "production"
    ]
    return sorted(found, key=lambda d: (d["created_at"], d["id"]))


def states_of(extracts: Extracts, deployment_id: int) -> list[str]:
    found = [
        s
        for s in extracts.latest("github", "deployment_statuses").values()
        if s["deployment_url"].endswith(f"/{deployment_id}")
    ]
    return [s["state"] for s in sorted(found, key=lambda s: s["created_at"])]


def test_a_rollback_deploys_the_first_of_three_versions_again(extracts: Extracts) -> None:
    item = extracts.planted("rollback_to_first")[0]
    made = production_of(extracts, item["repository"])
    place = next(i for i, d in enumerate(made) if d["id"] == item["v3"])
    after = [d for d in made[place + 1 :] if d["sha"] == item["sha"]]
    shas = {d["id"]: d["sha"] for d in made}
    assert after
    assert shas[item["v1"]] == item["sha"]
    assert len({shas[item["v1"]], shas[item["v2"]], shas[item["v3"]]}) == 3


def test_two_deployments_share_a_second(extracts: Extracts) -> None:
    item = extracts.planted("two_deployments_in_one_second")[0]
    made = {d["id"]: d for d in production_of(extracts, item["repository"])}
    first, second = made[item["first"]], made[item["second"]]
    assert first["created_at"] == second["created_at"]


def test_a_change_is_deployed_before_its_merge(extracts: Extracts) -> None:
    item = extracts.planted("deployed_before_merge")[0]
    pull = extracts.pulls()[item["repository"], item["number"]]
    deployment = extracts.latest("github", "deployments")[item["deployment_id"]]
    assert deployment["sha"] == pull["head"]["sha"]
    assert deployment["created_at"] < pull["merged_at"]
    assert "success" in states_of(extracts, item["deployment_id"])


def test_a_failed_deployment_is_followed_by_a_success(extracts: Extracts) -> None:
    item = extracts.planted("failed_commits_carried")[0]
    states = states_of(extracts, item["deployment_id"])
    assert states[-1] in ("failure", "error")
    made = [d["id"] for d in production_of(extracts, item["repository"])]
    later = made[made.index(item["deployment_id"]) + 1 :]
    assert any("success" in states_of(extracts, found) for found in later[:3])


def test_a_revert_was_reverted(extracts: Extracts) -> None:
    item = extracts.planted("revert_of_a_revert")[0]
    mine = [p for (r, _), p in extracts.pulls().items() if r == item["repository"]]
    last = next(p for p in mine if p["head"]["ref"] == item["branch"])
    assert last["title"].startswith('Revert "Revert "')
    assert last["head"]["ref"].startswith(f"revert-{item['number']}-revert-")
    assert "This reverts commit " in last["body"]


def test_payloads_come_as_object_as_text_and_as_null(extracts: Extracts) -> None:
    kinds = Counter(type(d["payload"]) for d in extracts.all("github", "deployments"))
    assert set(kinds) == {dict, str, type(None)}
    marked = [
        d
        for d in extracts.all("github", "deployments")
        if isinstance(d["payload"], dict) and d["payload"].get("unplanned")
    ]
    assert marked
    assert all(d["payload"]["reason"] == "incident" for d in marked)


def test_a_monorepo_names_the_service_in_the_payload(extracts: Extracts) -> None:
    items = extracts.planted("monorepo")
    assert len({item["repository"] for item in items}) == 1
    names = set()
    for deployment in production_of(extracts, items[0]["repository"]):
        payload = deployment["payload"]
        payload = json.loads(payload) if isinstance(payload, str) else payload
        names.add(payload["service"])
    services = extracts.services()
    assert names <= {services[item["service_id"]]["service_name"] for item in items}
    assert len(names) >= 2


def test_some_repositories_belong_to_no_service(extracts: Extracts) -> None:
    known = {row["repository"] for row in extracts.snapshot("services")}
    for item in extracts.planted("repository_without_service"):
        assert item["repository"] not in known
    seen = {repository for repository, _ in extracts.pulls()}
    assert seen - known


def test_one_incident_comes_before_any_deployment_of_its_service(extracts: Extracts) -> None:
    item = extracts.planted("incident_before_deployment")[0]
    services = extracts.services()
    repository = services[item["service_id"]]["repository"]
    incident = extracts.latest("pagerduty", "incidents")[item["incident_id"]]
    made = production_of(extracts, repository)
    assert made[0]["created_at"] > incident["created_at"]


def test_one_cause_opens_incidents_on_two_services(extracts: Extracts) -> None:
    found = [
        extracts.latest("pagerduty", "incidents")[item["incident_id"]]
        for item in extracts.planted("incident_over_two_services")
    ]
    assert len({incident["service"]["id"] for incident in found}) == 2
    first, second = (moment(incident["created_at"]) for incident in found)
    assert second - first == timedelta(seconds=75)


def test_open_incidents_have_no_end(extracts: Extracts) -> None:
    incidents = extracts.latest("pagerduty", "incidents")
    for item in extracts.planted("open_incidents"):
        incident = incidents[item["incident_id"]]
        assert incident["status"] in ("triggered", "acknowledged")
        assert incident["resolved_at"] is None


def test_some_are_on_call_always_and_some_services_page_no_one(extracts: Extracts) -> None:
    always = {
        entry["user"]["id"]
        for entry in extracts.all("pagerduty", "oncalls")
        if entry["start"] is None and entry["end"] is None
    }
    assert always == {i["user_id"] for i in extracts.planted("permanent_on_call")}
    services = extracts.services()
    for item in extracts.planted("service_without_pagerduty"):
        assert services[item["service_id"]]["pagerduty_service_id"] == ""


def test_direct_pushes_belong_to_no_pull_request(extracts: Extracts) -> None:
    pushed = {item["sha"] for item in extracts.planted("direct_pushes")}
    github = extracts.latest("github", "commits", "sha").keys()
    gitlab = extracts.latest("gitlab", "commits").keys()
    assert pushed <= github | gitlab
    assert pushed & github
    assert not pushed & extracts.latest("github", "pull_request_commits", "sha").keys()
    assert not pushed & {pull["merge_commit_sha"] for pull in extracts.pulls().values()}
    requests = extracts.merge_requests().values()
    assert not pushed & {r[key] for r in requests for key in ("sha", "merge_commit_sha")}


def test_tags_stand_in_for_absent_shas(extracts: Extracts) -> None:
    deployments = extracts.latest("github", "deployments")
    for item in extracts.planted("tag_only_deployments"):
        deployment = deployments[item["deployment_id"]]
        assert deployment["sha"] is None
        assert deployment["ref"] == item["tag"]


def test_leave_was_entered_twice_and_the_wrong_way_round(extracts: Extracts) -> None:
    rows = extracts.snapshot("time_off")
    twice = extracts.planted("time_off_overlaps")[0]["employee_id"]
    spans = [
        (row["first_day"], row["last_day"])
        for row in rows
        if row["employee_id"] == twice and row["status"] == "approved"
    ]
    assert any(
        first[0] <= other[1] and other[0] <= first[1]
        for place, first in enumerate(spans)
        for other in spans[place + 1 :]
    )
    backwards = [row["time_off_id"] for row in rows if row["last_day"] < row["first_day"]]
    assert backwards == [extracts.planted("time_off_reversed")[0]["time_off_id"]]


def test_issues_come_with_pull_requests_among_them_in_some_repositories(extracts: Extracts) -> None:
    issues = extracts.all("github", "issues")
    shaped = [issue for issue in issues if issue.get("pull_request")]
    repositories = {item["repository"] for item in extracts.planted("pull_requests_as_issues")}
    assert {repository_of(issue["repository_url"]) for issue in shaped} == repositories


def test_who_carries_much_takes_no_day_off(extracts: Extracts) -> None:
    takers = extracts.rows_by("employee_id", "time_off").keys()
    items = extracts.planted("no_time_off")
    assert len(items) >= 2
    assert not takers & {item["employee_id"] for item in items}
