"""What GitHub sends holds together: changes, commits, deployments, checks and issues."""

from __future__ import annotations

from collections import Counter, defaultdict
from zoneinfo import ZoneInfo

from tests.demo.conftest import Extracts, is_defect, moment, repository_of


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


def test_every_deployed_sha_exists_and_every_tag_is_resolved(extracts: Extracts) -> None:
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


def test_statuses_name_their_deployment_in_the_address_only(extracts: Extracts) -> None:
    deployments = extracts.latest("github", "deployments")
    for status in extracts.all("github", "deployment_statuses"):
        assert int(status["deployment_url"].rsplit("/", 1)[1]) in deployments
        assert "deployment_id" not in status


def test_the_same_pull_request_comes_in_an_older_and_a_newer_version(extracts: Extracts) -> None:
    versions = defaultdict(set)
    for pull in extracts.all("github", "pull_requests"):
        versions[pull["id"]].add((pull["updated_at"], pull["state"]))
    assert any({s for _, s in v} == {"open", "closed"} for v in versions.values())


def test_commits_are_made_in_working_hours_of_the_persons_own_zone(extracts: Extracts) -> None:
    people = extracts.identities("github")
    zones = {r["employee_id"]: r["time_zone"] for r in extracts.snapshot("roster")}
    hours = defaultdict(list)
    for commit in extracts.latest("github", "pull_request_commits", "sha").values():
        login = (commit["author"] or {}).get("login")
        if login in people:
            zone = zones[people[login]]
            at = moment(commit["commit"]["author"]["date"])
            hours[zone].append(at.astimezone(ZoneInfo(zone)).hour)
    well_filled = {zone: found for zone, found in hours.items() if len(found) > 50}
    assert len(well_filled) >= 3
    for zone, found in well_filled.items():
        assert 9 <= sorted(found)[len(found) // 2] < 18, zone


def test_about_one_in_twenty_checks_fails_and_passes_again_on_the_same_commit(
    extracts: Extracts,
) -> None:
    attempts = defaultdict(dict)
    for run in extracts.all("github", "workflow_runs"):
        attempts[run["id"]][run["run_attempt"]] = run
    for run_id, found in attempts.items():
        assert sorted(found) == list(range(1, len(found) + 1)), run_id
        assert len({run["head_sha"] for run in found.values()}) == 1
    flaky = [
        found
        for found in attempts.values()
        if found[1]["conclusion"] == "failure" and found[max(found)]["conclusion"] == "success"
    ]
    assert 0.03 < len(flaky) / len(attempts) < 0.08
    failing = [found for found in attempts.values() if found[max(found)]["conclusion"] == "failure"]
    assert 0.01 < len(failing) / len(attempts) < 0.15


def test_checks_run_on_commits_that_exist(extracts: Extracts) -> None:
    shas = set(extracts.latest("github", "pull_request_commits", "sha"))
    shas |= set(extracts.latest("github", "commits", "sha"))
    assert {run["head_sha"] for run in extracts.all("github", "workflow_runs")} <= shas


def test_issues_are_numbered_apart_from_pull_requests(extracts: Extracts) -> None:
    pulls = extracts.pulls()
    for issue in extracts.all("github", "issues"):
        key = (repository_of(issue["repository_url"]), issue["number"])
        assert (key in pulls) == bool(issue.get("pull_request"))


def test_some_defects_were_found_in_production_and_their_labels_say_so(
    extracts: Extracts,
) -> None:
    issues = extracts.latest("github", "issues").values()
    defects = [i for i in issues if not i.get("pull_request") and is_defect(i)]
    assert {bool(issue["type"]) for issue in defects} == {True, False}
    escaped = [
        issue
        for issue in defects
        if any(label["name"] == "found in production" for label in issue["labels"])
    ]
    assert 0.2 < len(escaped) / len(defects) < 0.7
