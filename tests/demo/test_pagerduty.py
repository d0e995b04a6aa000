"""What PagerDuty sends holds together: incidents, their log, and who is on call."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tests.demo.conftest import Extracts


def test_every_schedule_of_a_shift_is_written(extracts: Extracts) -> None:
    schedules = extracts.latest("pagerduty", "schedules")
    shifts = [r["schedule"]["id"] for r in extracts.all("pagerduty", "oncalls") if r["schedule"]]
    assert set(shifts) == set(schedules)
    assert all(ZoneInfo(schedule["time_zone"]) for schedule in schedules.values())


def test_pages_go_to_known_users_and_services_are_in_the_catalogue(extracts: Extracts) -> None:
    users = extracts.latest("pagerduty", "users")
    services = extracts.latest("pagerduty", "services")
    catalogue = {row["pagerduty_service_id"] for row in extracts.snapshot("services")} - {""}
    assert services.keys() == catalogue
    incidents = extracts.latest("pagerduty", "incidents")
    for entry in extracts.all("pagerduty", "log_entries"):
        assert entry["incident"]["id"] in incidents
        assert entry["service"]["id"] in services
        if entry["type"] == "notify_log_entry":
            assert entry["user"]["id"] in users
            assert entry["channel"]["notification"]["type"]


def test_a_resolved_incident_no_longer_says_who_acknowledged_it(extracts: Extracts) -> None:
    incidents = extracts.all("pagerduty", "incidents")
    assert not any(i["acknowledgements"] for i in incidents if i["status"] == "resolved")
    assert all(i["acknowledgements"] for i in incidents if i["status"] == "acknowledged")
    assert {"resolved", "acknowledged"} <= {incident["status"] for incident in incidents}


def test_everybody_on_call_is_a_user_whom_the_identity_map_knows(extracts: Extracts) -> None:
    known = extracts.identities("pagerduty")
    users = extracts.latest("pagerduty", "users")
    on_call = {entry["user"]["id"] for entry in extracts.all("pagerduty", "oncalls")}
    assert on_call <= users.keys()
    assert users.keys() <= known.keys()


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
