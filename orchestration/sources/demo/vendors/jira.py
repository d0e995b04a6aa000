"""What an extractor of Jira Cloud writes in one visit: issues and what changed in them.

A team that plans in Jira has a project; the component names the service. Timestamps are in
the zone of the team's site, with an offset without a colon, as the REST API writes them.
"""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.sources.demo.visits import Extract
from orchestration.sources.demo.work.history import Issue
from orchestration.sources.demo.work.issues import FOUND_IN
from orchestration.sources.demo.world.calendar import day_of, iso, offset
from orchestration.sources.demo.world.names import COMPANY
from orchestration.sources.demo.world.organisation import Account, Repository, Team
from orchestration.sources.write import Landing

API = f"https://{COMPANY}.atlassian.example/rest/api/3"
TYPES = {"bug": "Bug", "enhancement": "Story", "feature": "Story"}
STATES = {
    "To Do": {"id": 2, "key": "new", "name": "To Do"},
    "In Progress": {"id": 4, "key": "indeterminate", "name": "In Progress"},
    "Done": {"id": 3, "key": "done", "name": "Done"},
}
# Issues of a repository within the project of its team.
NUMBERS_PER_REPOSITORY = 10_000

Json = dict[str, object]


def write_issues(
    landing: Landing, extract: Extract, repository: Repository, issues: list[Issue]
) -> None:
    """Issues of one repository and their changes, for one visit."""
    team = repository.services[0].owners[0].team
    for item in issues:
        if item.created_at > extract.at:
            continue
        if extract.holds(item.updated_at(extract.at)):
            record = issue(item, repository, team, extract.at)
            landing.add("jira", "issues", extract.folder, record)
        for at, change in changes(item, repository, team):
            if extract.holds(at):
                landing.add("jira", "issue_changelogs", extract.folder, change)


def moment(at: int, team: Team) -> str:
    """`2026-09-14T18:00:00.000+0530`."""
    shift = offset(team.site.zone, day_of(at))
    sign, minutes = "-" if shift < 0 else "+", abs(shift) // 60
    return f"{iso(at + shift)[:-1]}.000{sign}{minutes // 60:02}{minutes % 60:02}"


def project_key(team: Team) -> str:
    """Letters of the team's first name, and its number: no two teams share one."""
    return f"{team.versions[0].name[:3].upper()}{int(team.team_id[1:])}"


def _key(item: Issue, repository: Repository, team: Team) -> str:
    number = repository.number * NUMBERS_PER_REPOSITORY + item.number % NUMBERS_PER_REPOSITORY
    return f"{project_key(team)}-{number}"


def _user(account: Account) -> Json:
    return {
        "accountId": f"5f{account.account_id:022x}",
        "emailAddress": account.email,
        "displayName": account.name,
        "active": True,
    }


def _status(item: Issue, at: int) -> str:
    if item.closed_at and item.closed_at <= at:
        return "Done"
    return "In Progress" if item.started_at and item.started_at <= at else "To Do"


def issue(item: Issue, repository: Repository, team: Team, at: int) -> Json:
    """`GET /rest/api/3/issue/{key}`."""
    status = _status(item, at)
    is_done = status == "Done"
    kind = item.kind or next((TYPES[one] for one in item.labels if one in TYPES), "Task")
    key = project_key(team)
    return {
        "id": str(item.issue_id),
        "key": _key(item, repository, team),
        "self": f"{API}/issue/{item.issue_id}",
        "fields": {
            "summary": item.title,
            "description": None,
            "project": {"id": str(10_000 + int(team.team_id[1:])), "key": key, "name": key},
            "issuetype": {"id": "10004", "name": kind, "subtask": False},
            "status": {"name": status, "statusCategory": STATES[status]},
            "resolution": {"name": _resolution(item)} if is_done else None,
            "priority": {"id": "3", "name": "Medium"},
            # A label of Jira has no spaces.
            "labels": [one.replace(" ", "-") for one in item.labels if one not in TYPES],
            "components": [{"id": item.service.service_id, "name": item.service.name}],
            "reporter": _user(item.account),
            "assignee": None,
            "created": moment(item.created_at, team),
            "updated": moment(item.updated_at(at), team),
            "resolutiondate": moment(item.closed_at, team) if is_done and item.closed_at else None,
        },
    }


def _resolution(item: Issue) -> str:
    return "Done" if item.is_fixed else "Won't Do"


def changes(item: Issue, repository: Repository, team: Team) -> Iterator[tuple[int, Json]]:
    """`GET /rest/api/3/issue/{key}/changelog`: when it was begun, and when it was done."""
    begun = item.started_at
    if begun and (item.closed_at is None or begun < item.closed_at):
        moved = [_moved("status", "To Do", "In Progress")]
        yield begun, _change(item, repository, team, 1, begun, moved)
    if item.closed_at:
        moved = [
            _moved("status", "In Progress", "Done"),
            _moved("resolution", None, _resolution(item)),
        ]
        if FOUND_IN[0] in item.labels:
            moved.append(_moved("assignee", None, item.account.name))
        yield item.closed_at, _change(item, repository, team, 2, item.closed_at, moved)


def _moved(field: str, before: str | None, after: str) -> Json:
    return {"field": field, "fieldtype": "jira", "fromString": before, "toString": after}


def _change(
    item: Issue, repository: Repository, team: Team, number: int, at: int, moved: list[Json]
) -> Json:
    return {
        "id": str(item.issue_id * 10 + number),
        "issue_id": str(item.issue_id),
        "issue_key": _key(item, repository, team),
        "author": _user(item.account),
        "created": moment(at, team),
        "items": moved,
    }
