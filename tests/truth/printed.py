"""How a figure that may be published is printed: rounded, in words, and never more precise."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from tests.truth.definitions import profile, seed

Row = dict[str, Any]

NOTES = {
    **dict.fromkeys(
        [
            "lead_time_for_changes",
            "lead_time_for_changes_p90",
            "coding_time",
            "pickup_time",
            "review_time",
            "deploy_time",
        ],
        "start or end of the part unknown",
    ),
    **dict.fromkeys(
        ["failed_deployment_recovery_time", "time_to_restore"],
        "not ended by the as-of date, or its end before its start",
    ),
    **dict.fromkeys(
        [f"review_comments_on_{size}_changes" for size in ("small", "medium", "large")],
        "size or comments unknown",
    ),
    "share_of_open_defects_that_are_old": "where it was found is unknown",
    "defect_time_to_fix": "closed before it was opened",
    "incident_recurrence": "no cause recorded",
    "escaped_defects_per_100_changes": "nobody said where it was found",
    "flaky_check_rate": "an earlier attempt was not collected",
    "share_of_changes_reviewed_by_another_team": "no review, or its team or moment unknown",
    "wait_for_another_team": "no review, or its team or moment unknown",
    **dict.fromkeys(
        [
            "after_hours_pages_per_person",
            "sleep_hours_pages_per_person",
            "share_of_people_paged_in_sleep_hours",
        ],
        "local hour of the page unknown",
    ),
}


def printed(
    cells: pd.DataFrame, page_family: str, *, of_all_profiles: bool = False
) -> dict[str, Row]:
    """The rows of a page family as they are published, by cell."""
    metrics = {row["metric_id"]: row for row in seed("policy/metric_catalog")}
    families = {
        row["cohort_family"]: row
        for row in seed("policy/cohort_families")
        if row["page_family"] == page_family
    }
    found: dict[str, Row] = {}
    for cell in cells[cells["page_family"] == page_family].to_dict("records"):
        if cell["profile_id"] != "fairlead" and not of_all_profiles:
            continue
        metric, family = metrics[cell["metric_id"]], families[cell["cohort_family"]]
        is_shown = cell["decision"] == "published"
        unit = unit_of(metric, str(cell["profile_id"]))
        value = rounded(cell["value"], cell["n_people"], metric, unit) if is_shown else None
        is_noted = is_shown and cell["n_excluded"] > 0
        found[str(cell["cell_id"])] = {
            "cell_id": cell["cell_id"],
            "cohort_family": cell["cohort_family"],
            "cohort_family_label": family["cohort_family_label"],
            "family_position": int(family["position"]),
            "cohort_key": cell["cohort_key"],
            "cohort_label": "Whole organisation"
            if cell["cohort_key"] == "all"
            else str(cell["cohort_key"]).replace("_", " "),
            "period_start": cell["period_start"],
            "period_label": cell["period_label"],
            "metric_id": cell["metric_id"],
            "metric_label": metric["metric_label"],
            "category": metric["category"],
            "metric_position": int(metric["position"]),
            "unit": unit,
            "status": "shown" if is_shown else cell["decision"],
            "value": value,
            "value_text": in_words(value, unit) if is_shown else cell["decision"],
            "people_band": cell["people_band"] if is_shown else None,
            "excluded_band": f"{two_digits(cell['n_excluded']):.0f}" if is_noted else None,
            "exclusion_note": NOTES.get(str(cell["metric_id"])) if is_noted else None,
        }
    return found


def unit_of(metric: dict[str, str], profile_id: str) -> str:
    """Incidents over deployments are no share: they may be more than the deployments."""
    is_counted = profile(profile_id).link_rule == "incidents_over_deployments"
    if metric["metric_id"] == "change_failure_rate" and is_counted:
        return "incidents per deployment"
    return metric["unit"]


def rounded(value: float, n_people: int, metric: dict[str, str], unit: str) -> float | None:
    """Shares of people move in steps that no single person can move, and are not shown of fewer
    than ten."""
    rule = metric["precision_rule"]
    if rule == "two_digits" or (rule == "share_of_events" and unit != "share"):
        return two_digits(value)
    if rule == "share_of_events":
        return half_up(value, 2)
    assert rule == "share_of_people"
    if n_people < 10:
        return None
    if n_people < 20:
        return half_up(value, 1)
    if n_people < 100:
        return half_up(20 * value, 0) / 20
    return half_up(value, 2)


def two_digits(value: float) -> float:
    if value == 0:
        return 0.0
    return half_up(value, 1 - math.floor(math.log10(abs(value))))


def half_up(value: float, digits: int) -> float:
    """A half is rounded away from zero."""
    scale = 10.0 ** abs(digits)
    scaled = value * scale if digits >= 0 else value / scale
    whole = math.copysign(math.floor(abs(scaled) + 0.5), scaled)
    return whole / scale if digits >= 0 else whole * scale


def in_words(value: float | None, unit: str) -> str | None:
    if value is None:
        return None
    if unit == "share":
        return f"{100 * value:.0f} %"
    if unit == "hours":
        if value >= 48:
            return f"{half_up(value / 24, 1):g} days"
        return f"{60 * value:.0f} min" if value < 1 else f"{value:g} h"
    if value == 1:
        return "1 " + re.sub("^(day|night|page)s", r"\1", unit)
    return f"{value:g} {unit}"
