"""What Opsgenie sends holds together: incidents, alerts, and the timelines of schedules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

from tests.demo.conftest import Extracts, moment


def periods(timeline: dict[str, Any]) -> list[dict[str, Any]]:
    rotations = timeline["finalTimeline"]["rotations"]
    return [period for rotation in rotations for period in rotation["periods"]]


def timelines(extracts: Extracts) -> dict[str, list[dict[str, Any]]]:
    """The timelines of each schedule, oldest first."""
    found = defaultdict(list)
    for timeline in extracts.all("opsgenie", "schedules"):
        found[timeline["_parent"]["id"]].append(timeline)
    return found


def paged(alert: dict[str, Any]) -> Iterator[str]:
    """The schedules that an alert went to."""
    return (r["id"] for r in alert["responders"] if r["type"] == "schedule")


def test_every_incident_has_one_alert_and_both_say_the_same(many: Extracts) -> None:
    incidents = many.latest("opsgenie", "incidents")
    alerts = many.latest("opsgenie", "alerts").values()
    assert Counter(a["details"]["incident-id"] for a in alerts) == Counter(incidents.keys())
    for alert in alerts:
        incident = incidents[alert["details"]["incident-id"]]
        for key in ("createdAt", "updatedAt", "priority", "message"):
            assert alert[key] == incident[key], key
        both = (incident["status"], alert["status"])
        assert both in (("open", "open"), ("resolved", "closed"))


def test_an_incident_is_resolved_when_its_impact_has_ended(many: Extracts) -> None:
    states = Counter()
    for incident in many.all("opsgenie", "incidents"):
        end = incident["impactEndDate"]
        assert bool(end) == (incident["status"] == "resolved")
        assert end is None or end > incident["impactStartDate"]
        states[incident["status"]] += 1
    assert set(states) == {"open", "resolved"}


def test_times_of_an_alert_are_milliseconds_since_it_was_made(many: Extracts) -> None:
    incidents = many.latest("opsgenie", "incidents")
    for alert in many.latest("opsgenie", "alerts").values():
        report, made = alert["report"], moment(alert["createdAt"])
        assert alert["acknowledged"] == ("ackTime" in report)
        if alert["status"] == "closed":
            end = made + timedelta(milliseconds=report["closeTime"])
            assert end == moment(incidents[alert["details"]["incident-id"]]["impactEndDate"])
            assert report["ackTime"] < report["closeTime"]


def test_impacted_services_are_in_the_catalogue(many: Extracts) -> None:
    known = {row["opsgenie_service_id"] for row in many.snapshot("services")} - {""}
    impacted = {
        service
        for incident in many.all("opsgenie", "incidents")
        for service in incident["impactedServices"]
    }
    assert impacted
    assert impacted <= known


def test_everybody_on_call_or_answering_is_in_the_identity_map(many: Extracts) -> None:
    known = many.identities("opsgenie")
    on_call = {
        period["recipient"]["name"]
        for timeline in many.all("opsgenie", "schedules")
        for period in periods(timeline)
    }
    alerts = many.all("opsgenie", "alerts")
    answering = {alert["report"].get("acknowledgedBy") for alert in alerts} - {None}
    assert len(on_call) > 10
    assert on_call | answering <= known.keys()
    assert all(alert["owner"] == alert["report"].get("acknowledgedBy", "") for alert in alerts)


def test_alerts_page_schedules_that_exist_unless_nobody_owns_the_service(many: Extracts) -> None:
    schedules = timelines(many).keys()
    owned = [alert for alert in many.all("opsgenie", "alerts") if alert["ownerTeamId"]]
    assert owned
    for alert in owned:
        assert set(paged(alert)) <= schedules
        assert len(list(paged(alert))) == 1


def test_a_timeline_has_no_gap_and_no_two_people_at_once(many: Extracts) -> None:
    for timeline in many.all("opsgenie", "schedules"):
        shifts = periods(timeline)
        for before, after in pairwise(shifts):
            assert before["endDate"] == after["startDate"], timeline["_parent"]["name"]
        assert timeline["startDate"] <= shifts[0]["startDate"]
        assert shifts[-1]["endDate"] == timeline["endDate"]


def test_each_timeline_goes_on_where_the_one_before_ended_or_earlier(many: Extracts) -> None:
    found = timelines(many)
    assert any(len(schedule) > 1 for schedule in found.values())
    for schedule in found.values():
        for before, after in pairwise(schedule):
            assert before["startDate"] < after["startDate"] <= before["endDate"]


def test_who_answers_quickly_was_on_call_when_the_alert_was_made(many: Extracts) -> None:
    shifts = defaultdict(list)
    for schedule, found in timelines(many).items():
        for timeline in found:
            for period in periods(timeline):
                span = (moment(period["startDate"]), moment(period["endDate"]))
                shifts[schedule].append((*span, period["recipient"]["name"]))
    checked = 0
    for alert in many.latest("opsgenie", "alerts").values():
        answered = alert["report"].get("ackTime")
        for schedule in paged(alert):
            if answered is not None and answered < 15 * 60 * 1_000:
                made = moment(alert["createdAt"])
                on_call = {who for start, end, who in shifts[schedule] if start <= made < end}
                assert on_call == {alert["report"]["acknowledgedBy"]}
                checked += 1
    assert checked > 100


def test_a_team_is_on_call_with_one_tool(many: Extracts) -> None:
    opsgenie = {timeline["_parent"]["name"] for timeline in many.all("opsgenie", "schedules")}
    pagerduty = {schedule["name"] for schedule in many.all("pagerduty", "schedules")}
    assert opsgenie
    assert pagerduty
    assert not opsgenie & pagerduty
