"""The clean twin is the same organisation, and each truth is seen beside it.

Factors are planted as 0.2, 2, 3 or 4; the bounds here leave room for chance, and none of
them is met by the twin.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from statistics import mean, median
from zoneinfo import ZoneInfo

from orchestration.sources.demo.world.truths import DEBT
from tests.demo.conftest import Extracts, is_defect, moment, repository_of

HOUR = 3_600
# The first day of the period.
START = "2026-04-01"
# What a burnt-out team answers differently.
STRAIN = {"sustainable_pace", "recovery_after_on_call"}


def columns(extracts: Extracts, stream: str, *names: str) -> set[tuple[str, ...]]:
    return {tuple(row[name] for name in names) for row in extracts.snapshot(stream)}


def difference(one: Extracts, other: Extracts, stream: str, key: str, *names: str) -> set[str]:
    """The keys of rows that are in one list only, by some columns."""
    both = (columns(each, stream, key, *names) for each in (one, other))
    return {row[0] for row in set.symmetric_difference(*both)}


def ids(extracts: Extracts, name: str, key: str) -> set[str | int]:
    return {item[key] for item in extracts.planted(name)}


def repositories(extracts: Extracts) -> set[str]:
    github = {repository for repository, _ in extracts.pulls()}
    return github | {repository for repository, _ in extracts.merge_requests()}


def owned_by(extracts: Extracts, team: str | int) -> set[str]:
    """The services that a team ever owned."""
    return {r["service_id"] for r in extracts.snapshot("service_ownership") if r["team_id"] == team}


def incidents(extracts: Extracts) -> Iterator[tuple[str, str]]:
    """(service, when) of all incidents of both tools."""
    services = {
        row[key]: row["service_id"]
        for row in extracts.snapshot("services")
        for key in ("pagerduty_service_id", "opsgenie_service_id")
    }
    for incident in extracts.latest("pagerduty", "incidents").values():
        yield services[incident["service"]["id"]], incident["created_at"]
    for incident in extracts.latest("opsgenie", "incidents").values():
        yield services[incident["impactedServices"][0]], incident["createdAt"]


def defects(extracts: Extracts) -> Iterator[str]:
    """The repository of each defect in all three trackers."""
    named = {row["service_name"]: row["repository"] for row in extracts.snapshot("services")}
    for issue in extracts.latest("github", "issues").values():
        if not issue.get("pull_request") and is_defect(issue):
            yield repository_of(issue["repository_url"])
    for issue in extracts.latest("gitlab", "issues").values():
        if "bug" in issue["labels"]:
            yield issue["repository"]
    for issue in extracts.latest("jira", "issues").values():
        if issue["fields"]["issuetype"]["name"] == "Bug":
            yield named[issue["fields"]["components"][0]["name"]]


def failed_deployments(extracts: Extracts) -> Iterator[str]:
    """The repository of each deployment that failed, of both tools."""
    failed = {
        status["deployment_url"]
        for status in extracts.all("github", "deployment_statuses")
        if status["state"] in ("failure", "error")
    }
    yield from map(repository_of, failed)
    for deployment in extracts.latest("gitlab", "deployments").values():
        if deployment["status"] == "failed":
            yield deployment["repository"]


def waits(extracts: Extracts) -> Iterator[tuple[str, str, float]]:
    """(repository, opened, hours until the first review) of the changes on GitHub."""
    first: dict[str, str] = {}
    for review in extracts.all("github", "reviews"):
        url, at = review["pull_request_url"], review["submitted_at"]
        first[url] = min(first.get(url, at), at)
    for (repository, _), pull in extracts.pulls().items():
        is_plain = not pull["head"]["ref"].startswith(("hotfix/", "revert-"))
        if pull["url"] in first and is_plain and pull["user"] and pull["user"]["type"] == "User":
            waited = moment(first[pull["url"]]) - moment(pull["created_at"])
            yield repository, pull["created_at"], waited.total_seconds() / HOUR


def remarks_by_role(extracts: Extracts) -> dict[str, float]:
    """Remarks in a review that is no approval, by the reviewer's role, on GitHub."""
    people = extracts.identities("github")
    roles = {row["employee_id"]: row["role_family"] for row in extracts.snapshot("roster")}
    made = Counter(
        comment["pull_request_review_id"]
        for comment in extracts.latest("github", "review_comments").values()
    )
    found = defaultdict(list)
    for review in extracts.latest("github", "reviews").values():
        login = (review["user"] or {}).get("login")
        if review["state"] != "APPROVED" and login in people:
            found[roles[people[login]]].append(made[review["id"]])
    return {role: mean(counts) for role, counts in found.items()}


def test_the_twin_records_nothing(twin: Extracts) -> None:
    assert twin.summary.planted == ()


def test_the_twin_has_the_same_people(many: Extracts, twin: Extracts) -> None:
    same = ("employee_id", "name", "role_family", "hired_on", "employment_type", "work_modality")
    assert columns(many, "roster", *same) == columns(twin, "roster", *same)
    moved = ids(many, "person_moved_zone", "employee_id")
    assert difference(many, twin, "roster", "employee_id", "time_zone") == moved
    own = ("system", "identity")
    renamed = ids(many, "person_with_two_logins", "employee_id")
    assert difference(many, twin, "identities", "employee_id", *own) == renamed


def test_the_twin_has_the_same_teams_but_those_that_were_reorganised(
    many: Extracts, twin: Extracts
) -> None:
    new = ids(many, "team_split", "new_team_id")
    known = ("team_id", "team_name", "department", "division", "time_zone", "valid_from")
    reorganised = difference(many, twin, "teams", *known)
    assert columns(twin, "teams", *known) < columns(many, "teams", *known)
    assert reorganised == (
        new | ids(many, "team_renamed", "team_id") | ids(many, "team_moved_department", "team_id")
    )


def test_the_twin_has_the_same_services(many: Extracts, twin: Extracts) -> None:
    same = ("service_id", "service_name", "criticality", "mission", "opsgenie_service_id")
    assert columns(many, "services", *same) == columns(twin, "services", *same)
    for column, name in (
        ("repository", "monorepo"),
        ("pagerduty_service_id", "service_without_pagerduty"),
        ("valid_from", "incident_before_deployment"),
    ):
        changed = difference(many, twin, "services", "service_id", column)
        assert changed == ids(many, name, "service_id"), column


def test_the_twin_has_the_same_repositories_but_the_monorepo_and_those_of_no_service(
    many: Extracts, twin: Extracts
) -> None:
    added = ids(many, "monorepo", "repository") | ids(
        many, "repository_without_service", "repository"
    )
    together = ids(many, "monorepo", "service_id")
    split = {r["repository"] for s, r in twin.services().items() if s in together}
    assert repositories(many) - repositories(twin) == added
    assert repositories(twin) - repositories(many) == split


def test_only_the_planted_organisation_changes_owners(many: Extracts, twin: Extracts) -> None:
    first = {s: r[0]["team_id"] for s, r in many.rows_by("service_id", "service_ownership").items()}
    owners = twin.rows_by("service_id", "service_ownership")
    assert {service: rows[0]["team_id"] for service, rows in owners.items()} == first
    assert all(len(rows) == 1 and not rows[0]["valid_to"] for rows in owners.values())
    changed = {
        service
        for service, rows in many.rows_by("service_id", "service_ownership").items()
        if len(rows) > 1
    }
    assert changed > ids(many, "service_handed_over", "service_id")


def test_people_leave_the_twin_only_who_leave_the_planted_organisation_too(
    many: Extracts, twin: Extracts
) -> None:
    usual = columns(twin, "exits", "employee_id", "last_day")
    assert usual
    assert usual < columns(many, "exits", "employee_id", "last_day")


def test_services_of_a_burnt_out_team_break_more_often_and_more_at_night(
    many: Extracts, twin: Extracts
) -> None:
    counts = {}
    for each in (many, twin):
        found = counts[each] = Counter()
        for item in many.planted("burnout"):
            services = owned_by(each, item["team_id"])
            found.update(
                at >= item["day"] for service, at in incidents(each) if service in services
            )
    # Half of the period lies before the day.
    assert counts[many][True] > 2 * counts[many][False]
    assert counts[many][True] > 2 * counts[twin][True]
    assert counts[twin][True] < 1.5 * counts[twin][False]
    assert night_share(many, many) > night_share(twin, many) + 0.15


def night_share(extracts: Extracts, planted: Extracts) -> float:
    """Of the incidents since the day, those between midnight and six where the team is."""
    zones = {row["team_id"]: row["time_zone"] for row in planted.snapshot("teams")}
    hours = []
    for item in planted.planted("burnout"):
        services = owned_by(extracts, item["team_id"])
        zone = ZoneInfo(zones[item["team_id"]])
        hours += [
            moment(at).astimezone(zone).hour
            for service, at in incidents(extracts)
            if service in services and at >= item["day"]
        ]
    return sum(hour < 6 for hour in hours) / len(hours)


def test_a_burnt_out_team_takes_less_leave_answers_lower_and_loses_people(
    many: Extracts, twin: Extracts
) -> None:
    answers, leave, gone = {}, Counter(), Counter()
    for each in (many, twin):
        answers[each] = []
        for item in many.planted("burnout"):
            rows = each.snapshot("team_membership")
            team = {row["employee_id"] for row in rows if row["team_id"] == item["team_id"]}
            answers[each] += [
                int(response["answer"])
                for response in each.all("survey", "responses")
                if response["team_id_at_submission"] == item["team_id"]
                and response["question_id"] in STRAIN
            ]
            leave[each] += sum(
                row["employee_id"] in team and row["first_day"] >= item["day"]
                for row in each.snapshot("time_off")
            )
            gone[each] += sum(row["employee_id"] in team for row in each.snapshot("exits"))
    assert mean(answers[many]) < mean(answers[twin]) - 1
    assert leave[many] < 0.8 * leave[twin]
    assert gone[many] >= gone[twin] + 2 * len(many.planted("burnout"))


def test_services_with_inherited_debt_break_more_often_than_their_twins(
    many: Extracts, twin: Extracts
) -> None:
    owners = [each.rows_by("service_id", "service_ownership") for each in (many, twin)]
    repository = {service: row["repository"] for service, row in twin.services().items()}
    set_apart = {s for item in many.planted("burnout") for s in owned_by(many, item["team_id"])}
    set_apart |= ids(many, "monorepo", "service_id")
    # By repository: whether its service has debt in both, or in none of them.
    has_debt = {
        repository[service]: band == "inherited_debt"
        for service in repository.keys() - set_apart
        if (band := owners[0][service][-1]["maturity_band_at_takeover"])
        == owners[1][service][-1]["maturity_band_at_takeover"]
    }
    for name, found in (
        ("incidents", lambda each: (repository[service] for service, _ in incidents(each))),
        ("defects", defects),
        ("failures", failed_deployments),
    ):
        planted, usual = (
            Counter(has_debt[where] for where in found(each) if where in has_debt)
            for each in (many, twin)
        )
        factor, other = (planted[debt] / usual[debt] for debt in (True, False))
        assert 0.7 * DEBT < factor < 1.5 * DEBT, name
        assert factor > 1.3 * other, name
        assert 0.7 < other < 1.4, name


def test_changes_of_the_slowed_division_wait_longer_from_the_day_on(
    many: Extracts, twin: Extracts
) -> None:
    item = many.planted("trend_break")[0]
    medians = {}
    for each in (many, twin):
        divisions = {r["team_id"]: r["division"] for r in many.snapshot("teams")}
        mine = {
            each.services()[service]["repository"]
            for service, rows in each.rows_by("service_id", "service_ownership").items()
            if divisions[rows[-1]["team_id"]] == item["division"]
        }
        spans = defaultdict(list)
        for repository, opened, hours in waits(each):
            spans[repository in mine, opened >= item["day"]].append(hours)
        medians[each] = {key: median(found) for key, found in spans.items()}
    # The factor is of working hours: nights and weekends pass for everybody.
    assert medians[many][True, True] > 1.4 * medians[many][True, False]
    assert medians[many][True, True] > 1.4 * medians[twin][True, True]
    assert medians[many][False, True] < 1.2 * medians[many][False, False]
    assert medians[twin][True, True] < 1.2 * medians[twin][True, False]


def test_changes_of_a_blocked_team_are_reviewed_by_the_other_team(
    many: Extracts, twin: Extracts
) -> None:
    item = many.planted("blocked_team")[0]
    by_other, medians, needed = {}, {}, {}
    for each in (many, twin):
        services, logins = each.services(), each.identities("github")
        mine = {services[s]["repository"] for s in owned_by(each, item["team_id"])}
        rows = each.snapshot("team_membership")
        other = {r["employee_id"] for r in rows if r["team_id"] == item["blocking_team_id"]}
        by_other[each] = mean(
            logins.get(review["user"]["login"]) in other
            for review in each.latest("github", "reviews").values()
            if review["user"] and repository_of(review["pull_request_url"]) in mine
        )
        medians[each] = median(hours for repository, _, hours in waits(each) if repository in mine)
        theirs = owned_by(each, item["blocking_team_id"])
        needed[each] = {
            row["service_id"]
            for row in each.snapshot("service_dependencies")
            if row["depends_on_service_id"] in theirs
        }
    assert by_other[many] > 0.85
    assert by_other[twin] < 0.1
    assert medians[many] > 1.5 * medians[twin]
    assert owned_by(many, item["team_id"]) <= needed[many]
    assert not owned_by(twin, item["team_id"]) <= needed[twin]


def test_one_role_makes_few_remarks_and_another_many(many: Extracts, twin: Extracts) -> None:
    quiet = many.planted("quiet_role")[0]["role_family"]
    heavy = many.planted("comment_heavy_role")[0]["role_family"]
    planted, usual = remarks_by_role(many), remarks_by_role(twin)
    assert planted[quiet] < 0.4 * usual[quiet]
    assert planted[heavy] > 2 * usual[heavy]
    others = planted.keys() - {quiet, heavy}
    assert len(others) >= 3
    assert all(0.85 < planted[role] / usual[role] < 1.15 for role in others)
    assert all(0.85 < usual[role] / usual["backend"] < 1.15 for role in usual)


def test_promotions_of_one_cohort_are_held_back_and_no_others(
    many: Extracts, twin: Extracts
) -> None:
    cohort = many.planted("slow_promotions")[0]["work_modality"]
    # The cohort is of those who came so. Who was made a lead goes another way.
    modality = {p: r[0]["work_modality"] for p, r in many.rows_by("employee_id", "roster").items()}
    promotions = many.snapshot("promotions")
    leads = {row["employee_id"] for row in promotions if row["to_level"].startswith("M")}
    planted, usual = (
        {
            (row["employee_id"], row["promoted_on"])
            for row in each.snapshot("promotions")
            if row["employee_id"] not in leads and row["promoted_on"] >= START
        }
        for each in (many, twin)
    )
    assert planted < usual
    assert {modality[person] for person, _ in usual - planted} == {cohort}
    counts = [sum(modality[person] == cohort for person, _ in found) for found in (planted, usual)]
    assert counts[0] < 0.6 * counts[1]


def test_only_the_most_urgent_is_done_for_a_service_without_owner(
    many: Extracts, twin: Extracts
) -> None:
    service = str(many.planted("service_without_owner")[0]["service_id"])
    rows = many.rows_by("service_id", "service_ownership")[service]
    assert all(row["valid_to"] for row in rows)
    assert not twin.rows_by("service_id", "service_ownership")[service][-1]["valid_to"]
    end = rows[-1]["valid_to"]
    rates = {}
    for each in (many, twin):
        repository = each.services()[service]["repository"]
        changes = {**each.pulls(), **each.merge_requests()}
        opened = [c["created_at"] for (name, _), c in changes.items() if name == repository]
        after = sum(at >= end for at in opened)
        rates[each] = after / (len(opened) - after)
    assert rates[many] < 0.5 * rates[twin]


def test_half_of_a_team_goes_to_a_new_one_with_services_of_its_own(
    many: Extracts, twin: Extracts
) -> None:
    item = many.planted("team_split")[0]
    membership = many.rows_by("team_id", "team_membership")
    born = many.rows_by("team_id", "teams")[item["new_team_id"]][0]["valid_from"]
    movers = {row["employee_id"] for row in membership[item["new_team_id"]]}
    before = {
        row["employee_id"]
        for row in membership[item["team_id"]]
        if row["valid_from"] < born and (row["valid_to"] or "9999") >= born
    }
    assert 0.3 < len(movers & before) / len(before) < 0.7
    given = owned_by(many, item["new_team_id"])
    assert given
    assert given < owned_by(many, item["team_id"])
    assert item["new_team_id"] not in twin.rows_by("team_id", "teams")


def test_a_team_is_renamed_and_another_moves_with_all_its_people(
    many: Extracts, twin: Extracts
) -> None:
    renamed = many.planted("team_renamed")[0]["team_id"]
    moved = many.planted("team_moved_department")[0]["team_id"]
    teams, usual = (each.rows_by("team_id", "teams") for each in (many, twin))
    assert len({row["team_name"] for row in teams[renamed]}) == 2
    assert len({row["division"] for row in teams[moved]}) == 2
    for team in (renamed, moved):
        assert len(usual[team]) == 1
        before, after = next(pairwise(teams[team]))
        assert before["valid_to"] == after["valid_from"]
    day = teams[moved][-1]["valid_from"]
    members = many.rows_by("team_id", "team_membership")[moved]
    assert not [row for row in members if day in (row["valid_from"], row["valid_to"])]
