"""The demo's files: what is in them, and that they are the same each time."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from orchestration.landing import load_contracts
from orchestration.sources.demo import AS_OF, DemoSummary, write_demo
from orchestration.sources.demo.planted import OCCURRENCES, Occurrence

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "orchestration" / "landing" / "streams"
PEOPLE, QUARTERS = 40, 2
# Sources that the demo organisation has no extracts of, and why.
NOT_WRITTEN = {
    "cdevents": "GitHub tells of the deployments itself",
    "generic": "no tool of the organisation needs the generic form",
    "gitlab": "the organisation has its code on GitHub",
    "governance": "nobody has used the reports yet",
    "incident_io": "the organisation is on call with PagerDuty",
    "jira": "the organisation has its issues on GitHub",
    "opsgenie": "the organisation is on call with PagerDuty",
    "reviews": "nothing is made of reviews yet",
    "survey": "nothing is made of surveys yet",
}
FORBIDDEN = ("pay", "salary", "birth", "ethnic", "medical", "gender", "leave_reason")


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    folder = tmp_path_factory.mktemp("landing")
    return write_demo(folder, people=PEOPLE, quarters=QUARTERS)


class Extracts:
    """All records of all extracts, and the latest version of each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, list[dict]] = {}

    def all(self, source: str, stream: str) -> list[dict]:
        key = f"{source}.{stream}"
        if key not in self._known:
            self._known[key] = list(self._read(self._folder / source / stream))
        return self._known[key]

    def _read(self, folder: Path):
        for path in sorted(folder.glob("*/*")):
            if path.suffix == ".gz":
                with gzip.open(path, "rt", encoding="utf-8") as lines:
                    yield from map(json.loads, lines)
            else:
                with path.open(encoding="utf-8", newline="") as lines:
                    yield from csv.DictReader(lines)

    def latest(self, source: str, stream: str, key: str = "id") -> dict:
        return {record[key]: record for record in self.all(source, stream)}

    def snapshot(self, stream: str) -> list[dict]:
        last = max((self._folder / "people" / stream).iterdir())
        with (last / "part-000.csv").open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    def pulls(self) -> dict[tuple[str, int], dict]:
        return {
            (p["base"]["repo"]["full_name"], p["number"]): p
            for p in self.all("github", "pull_requests")
        }


@pytest.fixture(scope="module")
def extracts(summary: DemoSummary) -> Extracts:
    return Extracts(summary.folder)


def planted(summary: DemoSummary, name: str) -> list[Occurrence]:
    found = [item for item in summary.planted if item.name == name]
    assert found, f"{name} was not planted"
    return found


def tree_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def repository_of(url: str) -> str:
    """The full name in an address of the API."""
    return "/".join(url.split("/repos/")[1].split("/")[:2])


def values(record: object, path: str) -> list[object]:
    """What is at a dotted path of a contract; `[]` walks into a list."""
    here = [record]
    for part in path.split("."):
        name = part.removesuffix("[]")
        here = [item[name] for item in here if isinstance(item, dict) and name in item]
        if part.endswith("[]"):
            here = [item for items in here for item in items]
    return here


def test_two_processes_with_other_hash_seeds_write_the_same_bytes(
    summary: DemoSummary, tmp_path: Path
) -> None:
    script = (
        "import sys; from pathlib import Path;"
        "from orchestration.sources.demo import write_demo;"
        f"write_demo(Path(sys.argv[1]), people={PEOPLE}, quarters={QUARTERS})"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, env=environment)
    assert tree_hash(tmp_path) == tree_hash(summary.folder)


def test_another_seed_writes_another_organisation(summary: DemoSummary, tmp_path: Path) -> None:
    write_demo(tmp_path, seed=8, people=40, quarters=1)
    write_demo(tmp_path / "again", seed=9, people=40, quarters=1)
    one = next((tmp_path / "people" / "roster").glob("*/*.csv")).read_text("utf-8")
    other = next((tmp_path / "again/people/roster").glob("*/*.csv")).read_text("utf-8")
    assert one != other


def test_a_second_run_leaves_identical_files_untouched(tmp_path: Path) -> None:
    write_demo(tmp_path, people=40, quarters=1)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    write_demo(tmp_path, people=40, quarters=1)
    after = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    assert before == after


def test_a_killed_run_leaves_no_file_in_the_landing_layout(tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    def log(message: str) -> None:
        raise Killed

    with pytest.raises(Killed):
        write_demo(tmp_path, people=40, quarters=1, log=log)
    assert not list(tmp_path.glob("[!.]*"))
    write_demo(tmp_path, people=40, quarters=1)
    assert not (tmp_path / ".demo-aside").exists()


@pytest.mark.parametrize(
    "source", sorted({source for source, _ in load_contracts()} - set(NOT_WRITTEN))
)
def test_every_record_has_the_required_keys_of_its_contract(
    extracts: Extracts, source: str
) -> None:
    contract = yaml.safe_load((CONTRACTS / f"{source}.yml").read_text("utf-8"))
    for stream, rules in contract["streams"].items():
        records = extracts.all(source, stream)
        assert records, stream
        required = [k for k, rule in rules["keys"].items() if rule.get("required")]
        for key in required:
            wanting = [r for r in records if not values(r, key)]
            assert not wanting, f"{stream}.{key}"
            empty = [v for r in records for v in values(r, key) if v in (None, "")]
            assert not empty, f"{stream}.{key}"


def test_people_files_have_exactly_the_headers_of_the_contract(
    extracts: Extracts,
) -> None:
    contract = yaml.safe_load((CONTRACTS / "people.yml").read_text("utf-8"))
    for stream, rules in contract["streams"].items():
        assert list(extracts.snapshot(stream)[0]) == list(rules["keys"]), stream


def test_every_stream_is_written_but_those_of_sources_that_are_named(summary: DemoSummary) -> None:
    contracts = load_contracts()
    assert set(NOT_WRITTEN) <= {source for source, _ in contracts}
    assert set(summary.counts) == {
        f"{source}.{name}" for source, name in contracts if source not in NOT_WRITTEN
    }


def test_vendors_send_more_than_the_contracts_take(extracts: Extracts) -> None:
    pull = extracts.all("github", "pull_requests")[0]
    assert {"body", "html_url", "node_id"} <= pull.keys()
    people = [p["user"] for p in extracts.all("github", "pull_requests") if p["user"]]
    assert all("avatar_url" in user for user in people)
    assert all({"email", "name"} <= u.keys() for u in extracts.all("pagerduty", "users"))


def test_no_forbidden_key_about_people_exists(extracts: Extracts) -> None:
    for source, stream in load_contracts():
        if source != "people":
            continue
        header = extracts.snapshot(stream)[0]
        assert not [k for k in header for word in FORBIDDEN if word in k]


def test_every_review_belongs_to_a_pull_request(extracts: Extracts) -> None:
    pulls = extracts.pulls()
    for review in extracts.all("github", "reviews"):
        url = review["pull_request_url"]
        assert (repository_of(url), int(url.rsplit("/", 1)[1])) in pulls
        assert "pull_number" not in review


def test_review_comments_belong_to_reviews_that_are_no_approvals(extracts: Extracts) -> None:
    reviews = extracts.latest("github", "reviews")
    comments = extracts.latest("github", "review_comments")
    by_pull = Counter(comment["pull_request_url"] for comment in comments.values())
    for comment in comments.values():
        review = reviews[comment["pull_request_review_id"]]
        assert review["state"] != "APPROVED"
        assert review["pull_request_url"] == comment["pull_request_url"]
        assert review["submitted_at"] == comment["created_at"]
    for pull in extracts.latest("github", "pull_requests").values():
        assert pull["review_comments"] == by_pull[pull["url"]]


def test_every_schedule_of_a_shift_is_written(extracts: Extracts) -> None:
    schedules = extracts.latest("pagerduty", "schedules")
    shifts = [r["schedule"]["id"] for r in extracts.all("pagerduty", "oncalls") if r["schedule"]]
    assert set(shifts) == set(schedules)
    assert all(ZoneInfo(schedule["time_zone"]) for schedule in schedules.values())


def test_every_merge_commit_and_every_parent_exists(extracts: Extracts) -> None:
    commits = extracts.latest("github", "commits", "sha")
    branches = extracts.latest("github", "pull_request_commits", "sha")
    merged = [p for p in extracts.pulls().values() if p["merged_at"]]
    assert merged
    assert all(p["merge_commit_sha"] in commits for p in merged)
    for commit in commits.values():
        assert all(parent["sha"] in commits for parent in commit["parents"])
    for commit in branches.values():
        for parent in commit["parents"]:
            assert parent["sha"] in commits or parent["sha"] in branches


def test_each_repository_has_one_root_and_one_tip(extracts: Extracts) -> None:
    roots: Counter[str] = Counter()
    parents, mine = defaultdict(set), defaultdict(set)
    for commit in extracts.latest("github", "commits", "sha").values():
        name = repository_of(commit["url"])
        mine[name].add(commit["sha"])
        parents[name] |= {parent["sha"] for parent in commit["parents"]}
        roots[name] += not commit["parents"]
    assert set(roots.values()) == {1}
    assert all(len(mine[name] - parents[name]) == 1 for name in mine)


def test_all_three_merge_methods_occur(extracts: Extracts) -> None:
    commits = extracts.latest("github", "commits", "sha")
    kinds = Counter()
    for pull in extracts.pulls().values():
        if pull["merged_at"] is not None:
            commit = commits[pull["merge_commit_sha"]]
            title = commit["commit"]["message"].splitlines()[0]
            is_squash = title.endswith(f"(#{pull['number']})")
            is_merge = len(commit["parents"]) == 2
            kinds["merge" if is_merge else "squash" if is_squash else "rebase"] += 1
    assert set(kinds) == {"merge", "squash", "rebase"}


def test_every_deployed_sha_exists_and_every_tag_is_resolved(
    extracts: Extracts,
) -> None:
    known = set(extracts.latest("github", "commits", "sha"))
    known |= set(extracts.latest("github", "pull_request_commits", "sha"))
    tags = {
        (repository_of(r["url"]), r["tag_name"]): r["target_commitish"]
        for r in extracts.all("github", "releases")
    }
    for deployment in extracts.all("github", "deployments"):
        sha = deployment["sha"]
        if sha is None:
            name = repository_of(deployment["repository_url"])
            sha = tags[name, deployment["ref"]]
        assert sha in known


def test_statuses_name_their_deployment_in_the_address_only(
    extracts: Extracts,
) -> None:
    deployments = extracts.latest("github", "deployments")
    for status in extracts.all("github", "deployment_statuses"):
        assert int(status["deployment_url"].rsplit("/", 1)[1]) in deployments
        assert "deployment_id" not in status


def test_the_same_pull_request_comes_in_an_older_and_a_newer_version(
    extracts: Extracts,
) -> None:
    versions = defaultdict(set)
    for pull in extracts.all("github", "pull_requests"):
        versions[pull["id"]].add((pull["updated_at"], pull["state"]))
    assert any({s for _, s in v} == {"open", "closed"} for v in versions.values())


def test_pages_go_to_known_users_and_services_are_in_the_catalogue(
    extracts: Extracts,
) -> None:
    users = extracts.latest("pagerduty", "users")
    services = extracts.latest("pagerduty", "services")
    known = {row["pagerduty_service_id"] for row in extracts.snapshot("services")}
    assert services.keys() <= known
    incidents = extracts.latest("pagerduty", "incidents")
    for entry in extracts.all("pagerduty", "log_entries"):
        assert entry["incident"]["id"] in incidents
        assert entry["service"]["id"] in services
        if entry["type"] == "notify_log_entry":
            assert entry["user"]["id"] in users
            assert entry["channel"]["notification"]["type"]
    for incident in incidents.values():
        assert not (incident["status"] == "resolved" and incident["acknowledgements"])


def test_incidents_name_deployments_that_exist(extracts: Extracts) -> None:
    deployments = extracts.latest("github", "deployments")
    named = [
        int(field["value"])
        for incident in extracts.all("pagerduty", "incidents")
        for field in incident["custom_fields"]
        if field["name"] == "caused_by_deployment"
    ]
    assert named
    assert set(named) <= deployments.keys()


def test_memberships_overlap_for_the_planted_person_only(
    extracts: Extracts, summary: DemoSummary
) -> None:
    spans = defaultdict(list)
    for row in extracts.snapshot("team_membership"):
        spans[row["employee_id"]].append((row["valid_from"], row["valid_to"] or "9999"))
    overlapping = set()
    for person, found in spans.items():
        found.sort()
        assert all(start < end for start, end in found)
        pairs = pairwise(found)
        if any(before[1] > after[0] for before, after in pairs):
            overlapping.add(person)
    expected = planted(summary, "person_in_two_teams")[0]["employee_id"]
    assert overlapping == {expected}


def test_roster_rows_follow_each_other_without_gap_or_overlap(
    extracts: Extracts,
) -> None:
    people = defaultdict(list)
    for row in extracts.snapshot("roster"):
        people[row["employee_id"]].append(row)
    assert len(people) == PEOPLE
    for rows in people.values():
        for before, after in pairwise(rows):
            assert before["valid_to"] == after["valid_from"]
        assert rows[0]["valid_from"] == rows[0]["hired_on"]
        assert all(row["manager_employee_id"] in {*people, ""} for row in rows)
        assert all(ZoneInfo(row["time_zone"]) for row in rows)


def test_nothing_happens_after_as_of(extracts: Extracts) -> None:
    limit = AS_OF.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    moments = {
        ("github", "pull_requests"): ("created_at", "updated_at", "merged_at"),
        ("github", "reviews"): ("submitted_at",),
        ("github", "review_comments"): ("created_at", "updated_at"),
        ("github", "commits"): ("commit.author.date", "commit.committer.date"),
        ("github", "pull_request_commits"): ("commit.committer.date",),
        ("github", "deployments"): ("created_at", "updated_at"),
        ("github", "deployment_statuses"): ("created_at",),
        ("github", "releases"): ("published_at",),
        ("github", "issues"): ("created_at", "updated_at", "closed_at"),
        ("github", "workflow_runs"): ("created_at", "run_started_at", "updated_at"),
        ("support", "tickets"): ("opened_at", "escalated_at", "resolved_at", "updated_at"),
        ("pagerduty", "incidents"): ("created_at", "updated_at", "resolved_at"),
        ("pagerduty", "log_entries"): ("created_at",),
        # The shift of the week may end later: it is planned.
        ("pagerduty", "oncalls"): ("start",),
    }
    for (source, stream), keys in moments.items():
        for key in keys:
            found = [v for r in extracts.all(source, stream) for v in values(r, key)]
            assert max(v for v in found if v) <= limit, (stream, key)


def test_commits_are_made_in_working_hours_of_the_persons_own_zone(
    extracts: Extracts,
) -> None:
    logins = {
        row["identity"]: row["employee_id"]
        for row in extracts.snapshot("identities")
        if row["system"] == "github"
    }
    zones = {r["employee_id"]: r["time_zone"] for r in extracts.snapshot("roster")}
    hours = defaultdict(list)
    for commit in extracts.latest("github", "pull_request_commits", "sha").values():
        login = (commit["author"] or {}).get("login")
        if login in logins:
            zone = zones[logins[login]]
            at = datetime.fromisoformat(commit["commit"]["author"]["date"])
            hours[zone].append(at.astimezone(ZoneInfo(zone)).hour)
    well_filled = {zone: found for zone, found in hours.items() if len(found) > 50}
    assert len(well_filled) >= 3
    for zone, found in well_filled.items():
        assert 9 <= sorted(found)[len(found) // 2] < 18, zone


def test_every_planted_oddity_is_recorded(summary: DemoSummary) -> None:
    assert {item.name for item in summary.planted} == set(OCCURRENCES)


def test_there_are_at_least_five_small_teams_and_one_of_one(
    extracts: Extracts, summary: DemoSummary
) -> None:
    sizes = Counter(r["team_id"] for r in extracts.snapshot("team_membership") if not r["valid_to"])
    small = {item["team_id"] for item in planted(summary, "small_teams")}
    assert len(small) >= 5
    assert all(sizes[team] < 5 for team in small)
    assert sizes[planted(summary, "one_person_team")[0]["team_id"]] == 1


def test_teams_were_renamed_moved_and_split(extracts: Extracts, summary: DemoSummary) -> None:
    rows = defaultdict(list)
    for row in extracts.snapshot("teams"):
        rows[row["team_id"]].append(row)
    renamed = rows[planted(summary, "team_renamed")[0]["team_id"]]
    assert len({row["team_name"] for row in renamed}) == 2
    moved = rows[planted(summary, "team_moved_department")[0]["team_id"]]
    assert len({row["department"] for row in moved}) == 2
    split = planted(summary, "team_split")[0]
    assert rows[split["new_team_id"]][0]["valid_from"] > "2026-04-01"
    owners = [r["team_id"] for r in extracts.snapshot("service_ownership")]
    assert split["new_team_id"] in owners


def test_services_change_hands_and_one_loses_its_owner(
    extracts: Extracts, summary: DemoSummary
) -> None:
    owners = defaultdict(list)
    for row in extracts.snapshot("service_ownership"):
        owners[row["service_id"]].append(row)
    for item in planted(summary, "service_handed_over"):
        last = owners[item["service_id"]][-1]
        assert last["team_id"] == item["team_id"]
        assert last["maturity_band_at_takeover"] == "inherited_debt"
    lost = planted(summary, "service_without_owner")[0]["service_id"]
    assert all(row["valid_to"] for row in owners[lost])
    current = [s for s, r in owners.items() if not any(not x["valid_to"] for x in r)]
    assert current == [lost]


def test_people_move_zone_use_two_logins_and_get_another_manager(
    extracts: Extracts, summary: DemoSummary
) -> None:
    rows = defaultdict(list)
    for row in extracts.snapshot("roster"):
        rows[row["employee_id"]].append(row)
    mover = planted(summary, "person_moved_zone")[0]["employee_id"]
    assert len({row["time_zone"] for row in rows[mover]}) == 2
    double = planted(summary, "person_with_two_logins")[0]
    logins = {
        r["identity"]
        for r in extracts.snapshot("identities")
        if r["employee_id"] == double["employee_id"] and r["system"] == "github"
    }
    assert logins == {double["first"], double["second"]}
    lead = planted(summary, "manager_changed")[0]["employee_id"]
    assert rows[lead][-1]["level"] == "M1"
    assert any(r[-1]["manager_employee_id"] == lead for r in rows.values())
    for item in planted(summary, "person_without_team"):
        members = {r["employee_id"] for r in extracts.snapshot("team_membership")}
        assert item["employee_id"] not in members


def test_strangers_are_not_in_the_identity_map_and_deleted_users_are_null(
    extracts: Extracts, summary: DemoSummary
) -> None:
    known = {row["identity"] for row in extracts.snapshot("identities")}
    strangers = {item["login"] for item in planted(summary, "unknown_logins")}
    assert not strangers & known
    gone = {item["login"] for item in planted(summary, "deleted_accounts")}
    assert gone <= known
    # Their next version, after the account was deleted, names nobody.
    users = [review["user"] for review in extracts.all("github", "reviews")]
    users += [pull["user"] for pull in extracts.all("github", "pull_requests")]
    users += [commit["author"] for commit in extracts.all("github", "commits")]
    assert None in users


def production_of(extracts: Extracts, repository: str) -> list[dict]:
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


def test_a_rollback_deploys_the_first_of_three_versions_again(
    extracts: Extracts, summary: DemoSummary
) -> None:
    item = planted(summary, "rollback_to_first")[0]
    made = production_of(extracts, item["repository"])
    place = next(i for i, d in enumerate(made) if d["id"] == item["v3"])
    after = [d for d in made[place + 1 :] if d["sha"] == item["sha"]]
    shas = {d["id"]: d["sha"] for d in made}
    assert after
    assert shas[item["v1"]] == item["sha"]
    assert len({shas[item["v1"]], shas[item["v2"]], shas[item["v3"]]}) == 3


def test_two_deployments_share_a_second(extracts: Extracts, summary: DemoSummary) -> None:
    item = planted(summary, "two_deployments_in_one_second")[0]
    made = {d["id"]: d for d in production_of(extracts, item["repository"])}
    first, second = made[item["first"]], made[item["second"]]
    assert first["created_at"] == second["created_at"]


def test_a_change_is_deployed_before_its_merge(extracts: Extracts, summary: DemoSummary) -> None:
    item = planted(summary, "deployed_before_merge")[0]
    pull = extracts.pulls()[item["repository"], item["number"]]
    deployment = extracts.latest("github", "deployments")[item["deployment_id"]]
    assert deployment["sha"] == pull["head"]["sha"]
    assert deployment["created_at"] < pull["merged_at"]
    assert "success" in states_of(extracts, item["deployment_id"])


def test_a_failed_deployment_is_followed_by_a_success(
    extracts: Extracts, summary: DemoSummary
) -> None:
    item = planted(summary, "failed_commits_carried")[0]
    states = states_of(extracts, item["deployment_id"])
    assert states[-1] in ("failure", "error")
    made = [d["id"] for d in production_of(extracts, item["repository"])]
    later = made[made.index(item["deployment_id"]) + 1 :]
    assert any("success" in states_of(extracts, found) for found in later[:3])


def test_a_revert_was_reverted(extracts: Extracts, summary: DemoSummary) -> None:
    item = planted(summary, "revert_of_a_revert")[0]
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


def test_a_monorepo_names_the_service_in_the_payload(
    extracts: Extracts, summary: DemoSummary
) -> None:
    items = planted(summary, "monorepo")
    assert len({item["repository"] for item in items}) == 1
    names = set()
    for deployment in production_of(extracts, items[0]["repository"]):
        payload = deployment["payload"]
        payload = json.loads(payload) if isinstance(payload, str) else payload
        names.add(payload["service"])
    services = {r["service_id"]: r for r in extracts.snapshot("services")}
    assert names <= {services[item["service_id"]]["service_name"] for item in items}
    assert len(names) >= 2


def test_some_repositories_belong_to_no_service(extracts: Extracts, summary: DemoSummary) -> None:
    known = {row["repository"] for row in extracts.snapshot("services")}
    for item in planted(summary, "repository_without_service"):
        assert item["repository"] not in known
    seen = {repository for repository, _ in extracts.pulls()}
    assert seen - known


def test_one_incident_comes_before_any_deployment_of_its_service(
    extracts: Extracts, summary: DemoSummary
) -> None:
    item = planted(summary, "incident_before_deployment")[0]
    services = {r["service_id"]: r for r in extracts.snapshot("services")}
    repository = services[item["service_id"]]["repository"]
    incident = extracts.latest("pagerduty", "incidents")[item["incident_id"]]
    made = production_of(extracts, repository)
    assert made[0]["created_at"] > incident["created_at"]


def test_one_cause_opens_incidents_on_two_services(
    extracts: Extracts, summary: DemoSummary
) -> None:
    found = [
        extracts.latest("pagerduty", "incidents")[item["incident_id"]]
        for item in planted(summary, "incident_over_two_services")
    ]
    assert len({incident["service"]["id"] for incident in found}) == 2
    moments = [datetime.fromisoformat(i["created_at"]).timestamp() for i in found]
    assert abs(moments[0] - moments[1]) == 75


def test_open_incidents_have_no_end(extracts: Extracts, summary: DemoSummary) -> None:
    incidents = extracts.latest("pagerduty", "incidents")
    for item in planted(summary, "open_incidents"):
        incident = incidents[item["incident_id"]]
        assert incident["status"] in ("triggered", "acknowledged")
        assert incident["resolved_at"] is None


def test_some_are_on_call_always_and_some_services_page_no_one(
    extracts: Extracts, summary: DemoSummary
) -> None:
    always = {
        entry["user"]["id"]
        for entry in extracts.all("pagerduty", "oncalls")
        if entry["start"] is None and entry["end"] is None
    }
    assert always == {i["user_id"] for i in planted(summary, "permanent_on_call")}
    services = {r["service_id"]: r for r in extracts.snapshot("services")}
    for item in planted(summary, "service_without_pagerduty"):
        assert services[item["service_id"]]["pagerduty_service_id"] == ""


def test_direct_pushes_belong_to_no_pull_request(extracts: Extracts, summary: DemoSummary) -> None:
    commits = extracts.latest("github", "commits", "sha")
    branches = extracts.latest("github", "pull_request_commits", "sha")
    for item in planted(summary, "direct_pushes"):
        assert item["sha"] in commits
        assert item["sha"] not in branches


def test_tags_stand_in_for_absent_shas(extracts: Extracts, summary: DemoSummary) -> None:
    deployments = extracts.latest("github", "deployments")
    for item in planted(summary, "tag_only_deployments"):
        deployment = deployments[item["deployment_id"]]
        assert deployment["sha"] is None
        assert deployment["ref"] == item["tag"]


def test_exits_end_the_roster_and_every_end_of_the_roster_is_an_exit(
    extracts: Extracts,
) -> None:
    ends = defaultdict(list)
    for row in extracts.snapshot("roster"):
        ends[row["employee_id"]].append(row["valid_to"])
    left = {person: dates[-1] for person, dates in ends.items() if dates[-1]}
    rows = extracts.snapshot("exits")
    declared = {
        row["employee_id"]: (date.fromisoformat(row["last_day"]) + timedelta(1)).isoformat()
        for row in rows
    }
    assert declared == left
    assert {row["is_regretted"] for row in rows} <= {"true", "false", ""}


def test_promotions_are_steps_of_the_roster(extracts: Extracts) -> None:
    levels = defaultdict(list)
    for row in extracts.snapshot("roster"):
        levels[row["employee_id"]].append(row)
    rows = extracts.snapshot("promotions")
    assert rows
    for row in rows:
        spans = levels[row["employee_id"]]
        after = next(r for r in spans if r["valid_from"] == row["promoted_on"])
        before = next(r for r in spans if r["valid_to"] == row["promoted_on"])
        assert (before["level"], after["level"]) == (row["from_level"], row["to_level"])


def test_leave_is_due_by_place_and_some_who_carry_much_take_none(
    extracts: Extracts, summary: DemoSummary
) -> None:
    whole_years = [
        float(row["allowance_days"])
        for row in extracts.snapshot("leave_allowance")
        if row["valid_from"].endswith("-01-01")
    ]
    full_time = [days for days in whole_years if days >= 20]
    assert len(set(full_time)) >= 3
    assert min(full_time) >= 25
    assert max(full_time) <= 30
    takers = {row["employee_id"] for row in extracts.snapshot("time_off")}
    items = planted(summary, "no_time_off")
    assert len(items) >= 2
    assert not takers & {item["employee_id"] for item in items}
    contractors = {
        row["employee_id"]
        for row in extracts.snapshot("roster")
        if row["employment_type"] == "contractor"
    }
    assert not takers & contractors


def test_leave_was_entered_twice_and_the_wrong_way_round(
    extracts: Extracts, summary: DemoSummary
) -> None:
    rows = extracts.snapshot("time_off")
    assert len({row["time_off_id"] for row in rows}) == len(rows)
    twice = planted(summary, "time_off_overlaps")[0]["employee_id"]
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
    assert backwards == [planted(summary, "time_off_reversed")[0]["time_off_id"]]
    assert {row["status"] for row in rows} <= {"approved", "requested", "cancelled"}


def test_holidays_are_declared_for_every_place_and_year(extracts: Extracts) -> None:
    declared = {(row["location"], row["holiday_on"]) for row in extracts.snapshot("holidays")}
    for location in {row["location"] for row in extracts.snapshot("roster")}:
        assert (location, f"{AS_OF.year}-01-01") in declared
    assert ("DE-BE", "2026-03-08") in declared
    assert ("GB-LND", "2026-03-08") not in declared


def test_dependencies_lead_nowhere_back_but_in_the_planted_circle(
    extracts: Extracts, summary: DemoSummary
) -> None:
    item = planted(summary, "dependency_cycle")[0]
    needs = defaultdict(set)
    for row in extracts.snapshot("service_dependencies"):
        assert row["service_id"] != row["depends_on_service_id"]
        needs[row["service_id"]].add(row["depends_on_service_id"])
    assert item["service_id"] in needs[item["depends_on_service_id"]]
    assert item["depends_on_service_id"] in needs[item["service_id"]]
    needs[item["depends_on_service_id"]].discard(item["service_id"])
    done: set[str] = set()

    def walk(service: str, way: tuple[str, ...]) -> None:
        assert service not in way, way
        if service not in done:
            for other in sorted(needs[service]):
                walk(other, (*way, service))
            done.add(service)

    for service in sorted(needs):
        walk(service, ())
    known = {row["service_id"] for row in extracts.snapshot("services")}
    assert done <= known


def test_flaky_checks_fail_and_pass_again_on_the_same_commit(
    extracts: Extracts, summary: DemoSummary
) -> None:
    attempts = defaultdict(dict)
    for run in extracts.all("github", "workflow_runs"):
        attempts[run["id"]][run["run_attempt"]] = run
    for run_id, found in attempts.items():
        assert sorted(found) == list(range(1, len(found) + 1)), run_id
        assert len({run["head_sha"] for run in found.values()}) == 1
    flaky = {item["run_id"] for item in planted(summary, "flaky_runs")}
    assert 0.03 < len(flaky) / len(attempts) < 0.08
    for run_id in flaky:
        assert attempts[run_id][1]["conclusion"] == "failure"
        assert attempts[run_id][max(attempts[run_id])]["conclusion"] == "success"
    shas = {c["sha"] for c in extracts.all("github", "pull_request_commits")}
    shas |= {c["sha"] for c in extracts.all("github", "commits")}
    assert {found[1]["head_sha"] for found in attempts.values()} <= shas


def test_issues_come_with_pull_requests_among_them_in_some_repositories(
    extracts: Extracts, summary: DemoSummary
) -> None:
    issues = extracts.all("github", "issues")
    shaped = [issue for issue in issues if issue.get("pull_request")]
    repositories = {item["repository"] for item in planted(summary, "pull_requests_as_issues")}
    assert {repository_of(issue["repository_url"]) for issue in shaped} == repositories
    pulls = extracts.pulls()
    for issue in issues:
        key = (repository_of(issue["repository_url"]), issue["number"])
        assert (key in pulls) == bool(issue.get("pull_request"))


def test_some_defects_were_found_in_production_and_their_labels_say_so(
    extracts: Extracts, summary: DemoSummary
) -> None:
    issues = extracts.latest("github", "issues")
    items = planted(summary, "defects_in_production")
    for item in items:
        labels = {label["name"] for label in issues[item["issue_id"]]["labels"]}
        assert "found in production" in labels
    defects = [
        issue
        for issue in issues.values()
        if not issue.get("pull_request")
        and (issue["type"] or any(label["name"] == "bug" for label in issue["labels"]))
    ]
    assert 0.2 < len(items) / len(defects) < 0.7


def test_escalated_tickets_reach_engineers_that_the_identity_map_knows(
    extracts: Extracts,
) -> None:
    known = {r["identity"] for r in extracts.snapshot("identities") if r["system"] == "support"}
    services = {row["service_id"] for row in extracts.snapshot("services")}
    tickets = extracts.latest("support", "tickets", "ticket_id").values()
    handled = [ticket for ticket in tickets if ticket["handled_by"]]
    assert handled
    assert {ticket["handled_by"] for ticket in handled} <= known
    assert {ticket["service_id"] for ticket in tickets} <= services
    assert all(ticket["escalated_at"] >= ticket["opened_at"] for ticket in handled)
    assert 0.1 < len(handled) / len(tickets) < 0.35
