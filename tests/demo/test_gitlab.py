"""What GitLab sends holds together: merge requests, notes, commits, pipelines and issues."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import yaml

from tests.demo.conftest import Extracts

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "orchestration" / "landing" / "streams" / "gitlab.yml"
# The domains of the addresses with which bots commit.
BOTS = ("@bot.example", "@renovate.example")


def username(record: dict[str, Any]) -> str:
    return record["author"]["username"]


def test_every_note_belongs_to_a_merge_request_and_comes_after_it(many: Extracts) -> None:
    requests = many.merge_requests()
    for note in many.all("gitlab", "merge_request_notes"):
        request = requests[note["repository"], note["noteable_iid"]]
        assert note["noteable_id"] == request["id"]
        assert note["project_id"] == request["project_id"]
        assert request["created_at"] < note["created_at"] <= request["updated_at"]


def test_gitlab_notes_a_review_in_words_that_the_contract_takes(many: Extracts) -> None:
    contract = yaml.safe_load(CONTRACT.read_text("utf-8"))
    taken = contract["streams"]["merge_request_notes"]["keys"]["body"]["only"]
    notes = many.all("gitlab", "merge_request_notes")
    noted = Counter(note["body"] for note in notes if note["system"])
    assert set(noted) <= set(taken)
    assert noted["approved this merge request"] > max(
        noted["requested changes"], noted["left review comments"]
    )
    assert not {note["body"] for note in notes if not note["system"]} & set(taken)


def test_remarks_are_made_in_reviews_that_are_no_approvals(many: Extracts) -> None:
    notes = many.latest("gitlab", "merge_request_notes").values()
    reviews = {
        (note["noteable_id"], username(note), note["created_at"])
        for note in notes
        if note["system"] and note["body"] != "approved this merge request"
    }
    remarks = {
        (note["noteable_id"], username(note), note["created_at"])
        for note in notes
        if not note["system"]
    }
    assert remarks
    assert remarks <= reviews


def test_nobody_reviews_a_merge_request_of_their_own(many: Extracts) -> None:
    requests = many.merge_requests()
    for note in many.all("gitlab", "merge_request_notes"):
        assert username(note) != username(requests[note["repository"], note["noteable_iid"]])


def test_a_merge_request_is_merged_closed_or_open_in_all_its_keys(many: Extracts) -> None:
    states = Counter()
    for request in many.all("gitlab", "merge_requests"):
        landed = request["squash_commit_sha" if request["squash"] else "merge_commit_sha"]
        other = request["merge_commit_sha" if request["squash"] else "squash_commit_sha"]
        assert other is None
        assert bool(request["merged_at"]) == bool(landed) == (request["state"] == "merged")
        assert bool(request["closed_at"]) == (request["state"] == "closed")
        assert request["title"].startswith("Draft: ") == request["draft"]
        states[request["state"], request["squash"]] += 1
    assert set(states) == {(s, q) for s in ("merged", "closed", "opened") for q in (True, False)}


def test_every_merge_squash_head_and_parent_commit_exists(many: Extracts) -> None:
    commits = many.latest("gitlab", "commits")
    for request in many.merge_requests().values():
        if request["state"] == "merged":
            commit = commits[request["squash_commit_sha"] or request["merge_commit_sha"]]
            assert commit["repository"] == request["repository"]
            assert len(commit["parent_ids"]) == (1 if request["squash"] else 2)
            assert request["sha"] in commits
    for commit in commits.values():
        assert all(commits[p]["repository"] == commit["repository"] for p in commit["parent_ids"])


def test_each_project_has_one_root_and_one_tip_beside_squashed_branches(many: Extracts) -> None:
    squashed = {r["sha"] for r in many.merge_requests().values() if r["squash"]}
    commits = many.latest("gitlab", "commits")
    parents = {parent for commit in commits.values() for parent in commit["parent_ids"]}
    roots, tips = Counter(), Counter()
    for sha, commit in commits.items():
        roots[commit["repository"]] += not commit["parent_ids"]
        tips[commit["repository"]] += sha not in parents and sha not in squashed
    assert set(roots.values()) == {1}
    assert set(tips.values()) == {1}


def test_the_commits_of_a_squashed_branch_are_older_than_its_merge(many: Extracts) -> None:
    commits = many.latest("gitlab", "commits")
    squashed = [r for r in many.merge_requests().values() if r["squash_commit_sha"]]
    assert squashed
    for request in squashed:
        head = commits[request["sha"]]
        assert head["committed_date"] < request["merged_at"]
        assert commits[request["squash_commit_sha"]]["committed_date"] == request["merged_at"]


def test_every_deployed_commit_exists_and_each_deployment_has_one_outcome(many: Extracts) -> None:
    commits = many.latest("gitlab", "commits")
    outcomes = Counter()
    for deployment in many.latest("gitlab", "deployments").values():
        assert commits[deployment["sha"]]["repository"] == deployment["repository"]
        assert deployment["deployable"]["status"] == deployment["status"]
        is_over = deployment["status"] in ("success", "failed")
        assert bool(deployment["deployable"]["finished_at"]) == is_over
        outcomes[deployment["status"]] += 1
    assert set(outcomes) <= {"created", "running", "success", "failed"}
    assert 0.01 < outcomes["failed"] / outcomes["success"] < 0.15


def test_pipelines_run_on_commits_that_exist_or_on_branches_that_were_not_merged(
    many: Extracts,
) -> None:
    known = set(many.latest("gitlab", "commits"))
    unmerged = {
        (request["repository"], request["source_branch"])
        for request in many.merge_requests().values()
        if request["state"] != "merged"
    }
    pipelines = many.latest("gitlab", "pipelines").values()
    outside = [p for p in pipelines if p["sha"] not in known]
    assert {(p["repository"], p["ref"]) for p in outside} <= unmerged
    assert len(outside) < 0.15 * len(pipelines)


def test_about_one_in_twenty_pipelines_fails_and_another_passes_on_the_same_commit(
    many: Extracts,
) -> None:
    runs = defaultdict(list)
    for pipeline in many.latest("gitlab", "pipelines").values():
        key = (pipeline["repository"], pipeline["source"], pipeline["ref"], pipeline["sha"])
        runs[key].append((pipeline["created_at"], pipeline["status"]))
    flaky = [
        found
        for found in map(sorted, runs.values())
        if found[0][1] == "failed" and found[-1][1] == "success"
    ]
    assert 0.03 < len(flaky) / len(runs) < 0.08


def test_gitlab_knows_everybody_by_name_but_bots_and_strangers(many: Extracts) -> None:
    known = set(many.identities("gitlab"))
    strangers = {item["login"] for item in many.planted("unknown_logins")}
    streams = ("merge_requests", "merge_request_notes", "issues")
    names = {username(record) for stream in streams for record in many.all("gitlab", stream)}
    unknown = {name for name in names - known if not name.endswith("-bot")}
    assert unknown <= strangers
    assert len(names & known) > 20
    addresses = {commit["author_email"] for commit in many.all("gitlab", "commits")}
    people = {address for address in addresses if not address.endswith(BOTS)}
    assert {address.split("@")[0] for address in people - known} <= strangers


def test_some_defects_in_gitlab_were_found_in_production(many: Extracts) -> None:
    issues = many.latest("gitlab", "issues").values()
    defects = [issue for issue in issues if "bug" in issue["labels"]]
    assert all(bool(issue["closed_at"]) == (issue["state"] == "closed") for issue in issues)
    assert len(defects) < len(issues)
    escaped = [issue for issue in defects if "found in production" in issue["labels"]]
    assert 0.2 < len(escaped) / len(defects) < 0.7
