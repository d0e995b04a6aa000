"""What Jira sends holds together: issues, and what changed in them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Any

from tests.demo.conftest import Extracts, moment, repository_of

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}")


def changes_by_issue(extracts: Extracts) -> dict[str, list[dict[str, Any]]]:
    """The changes of each issue, oldest first."""
    found = defaultdict(list)
    for change in extracts.latest("jira", "issue_changelogs").values():
        found[change["issue_id"]].append(change)
    for changes in found.values():
        changes.sort(key=lambda change: moment(change["created"]))
    return found


def steps(changes: list[dict[str, Any]], field: str) -> list[tuple[str, str]]:
    return [
        (item["fromString"], item["toString"])
        for change in changes
        for item in change["items"]
        if item["field"] == field
    ]


def test_every_change_belongs_to_an_issue_and_lies_within_its_life(many: Extracts) -> None:
    issues = many.latest("jira", "issues")
    for change in many.all("jira", "issue_changelogs"):
        issue = issues[change["issue_id"]]
        assert change["issue_key"] == issue["key"]
        made, changed = (moment(issue["fields"][key]) for key in ("created", "updated"))
        assert made <= moment(change["created"]) <= changed


def test_the_changes_of_an_issue_follow_each_other_and_end_in_its_status(many: Extracts) -> None:
    changes = changes_by_issue(many)
    ends = Counter()
    for identity, issue in many.latest("jira", "issues").items():
        status = "To Do"
        for before, after in steps(changes[identity], "status"):
            assert before == status, issue["key"]
            status = after
        assert issue["fields"]["status"]["name"] == status, issue["key"]
        ends[status] += 1
    assert set(ends) == {"To Do", "In Progress", "Done"}


def test_a_done_issue_has_the_resolution_and_the_day_that_its_changes_tell(
    many: Extracts,
) -> None:
    changes = changes_by_issue(many)
    for identity, issue in many.latest("jira", "issues").items():
        fields, mine = issue["fields"], changes[identity]
        is_done = fields["status"]["statusCategory"]["key"] == "done"
        assert is_done == bool(fields["resolution"]) == bool(fields["resolutiondate"])
        resolved = [after for _, after in steps(mine, "resolution")]
        assert resolved == ([fields["resolution"]["name"]] if is_done else [])
        if is_done:
            assert fields["resolutiondate"] == mine[-1]["created"]


def test_timestamps_carry_the_offset_of_the_teams_site_without_a_colon(many: Extracts) -> None:
    stamps = [issue["fields"]["created"] for issue in many.all("jira", "issues")]
    stamps += [change["created"] for change in many.all("jira", "issue_changelogs")]
    assert all(STAMP.fullmatch(stamp) for stamp in stamps)
    assert len({stamp[-5:] for stamp in stamps}) > 2


def test_keys_are_numbers_of_a_project_and_no_two_issues_share_one(many: Extracts) -> None:
    issues = many.latest("jira", "issues").values()
    keys = [issue["key"] for issue in issues]
    assert len(set(keys)) == len(keys)
    for issue in issues:
        project = issue["fields"]["project"]["key"]
        assert re.fullmatch(rf"{project}-\d+", issue["key"])


def test_each_team_with_an_even_number_on_github_has_its_issues_in_jira_and_no_other(
    many: Extracts,
) -> None:
    founders = {
        service: min(rows, key=lambda row: row["valid_from"])["team_id"]
        for service, rows in many.rows_by("service_id", "service_ownership").items()
    }
    repositories = {s: row["repository"] for s, row in many.services().items()}
    on_github = {repository for repository, _ in many.pulls()}
    expected = {
        repositories[service]
        for service, team in founders.items()
        if int(team[1:]) % 2 == 0 and repositories[service] in on_github
    }
    names = {row["service_name"]: row["repository"] for row in many.services().values()}
    planned = {
        names[component["name"]]
        for issue in many.all("jira", "issues")
        for component in issue["fields"]["components"]
    }
    elsewhere = {
        repository_of(issue["repository_url"])
        for issue in many.all("github", "issues")
        if not issue.get("pull_request")
    }
    assert planned == expected
    assert not planned & elsewhere
    assert planned | elsewhere == set(repositories.values()) & on_github


def test_a_project_is_of_one_team(many: Extracts) -> None:
    founders = {
        many.services()[service]["service_name"]: min(rows, key=lambda row: row["valid_from"])
        for service, rows in many.rows_by("service_id", "service_ownership").items()
    }
    teams = defaultdict(set)
    for issue in many.all("jira", "issues"):
        name = issue["fields"]["components"][0]["name"]
        teams[issue["fields"]["project"]["key"]].add(founders[name]["team_id"])
    assert len(teams) > 5
    assert all(len(found) == 1 for found in teams.values())
    assert len(set.union(*teams.values())) == len(teams)


def test_some_defects_in_jira_were_found_in_production(many: Extracts) -> None:
    issues = [issue["fields"] for issue in many.latest("jira", "issues").values()]
    assert {f["issuetype"]["name"] for f in issues} == {"Bug", "Story", "Task"}
    assert all(" " not in label for fields in issues for label in fields["labels"])
    defects = [fields for fields in issues if fields["issuetype"]["name"] == "Bug"]
    escaped = [fields for fields in defects if "found-in-production" in fields["labels"]]
    assert 0.2 < len(escaped) / len(defects) < 0.7
