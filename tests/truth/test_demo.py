"""Every metric of the small demo is what the raw files say, before the gate."""

from __future__ import annotations

import pytest

from tests.truth.comparison import report, tables_with_metrics
from tests.truth.conftest import Recomputed
from tests.truth.definitions import seed
from tests.truth.recompute import NOT_RECOMPUTED, TABLES

# Put together from the figures of other tables, or read by them alone; the last says which profiles
# they have.
PUT_TOGETHER = {
    "met_survey",
    "met_role_alignment",
    "met_collected",
    "met_control_charts",
    "met_measures",
    "met_peer_comparisons",
    "met_peer_strata",
    "met_sustainable_output",
    "met_values",
    "met_profile_families",
}

# Half a year must have been seen: in the small demo nobody knows.
UNKNOWN_IN_THE_DEMO = {"share_without_long_leave"}

SERVICE_FAMILIES = {
    "service",
    "team",
    "organisation",
    "division",
    "criticality",
    "mission",
    "maturity_band",
    "division_criticality",
}
PERSON_FAMILIES = {
    "organisation",
    "team",
    "division",
    "role_family",
    "tenure_band",
    "time_zone_band",
    "work_modality",
    "division_tenure_band",
}


@pytest.mark.parametrize("table", TABLES)
def test_every_figure_is_what_the_raw_files_say(demo: Recomputed, table: str) -> None:
    found = demo.differing(table)
    assert found
    if any(found.values()):
        pytest.fail(report(found), pytrace=False)


def test_no_table_of_metrics_is_left_out(demo: Recomputed) -> None:
    assert tables_with_metrics(demo.home) == {*TABLES, *NOT_RECOMPUTED, *PUT_TOGETHER}


def test_every_metric_that_is_recomputed_has_a_value_in_months_and_in_quarters(
    demo: Recomputed,
) -> None:
    found = {
        (metric, place[2].split()[0])
        for figures in demo.figures.values()
        for (place, metric), figure in figures.items()
        if figure.value is not None and not place[2].startswith("week")
    }
    # People are asked once a quarter.
    assert found == {
        (row["metric_id"], grain)
        for row in seed("policy/metric_catalog")
        if f"met_{row['page_family']}" not in NOT_RECOMPUTED
        and row["metric_id"] not in UNKNOWN_IN_THE_DEMO
        for grain in (("quarter",) if row["category"] == "qualitative" else ("month", "quarter"))
    }


@pytest.mark.parametrize(
    ("table", "families"),
    [
        ("met_delivery", SERVICE_FAMILIES),
        ("met_reliability", SERVICE_FAMILIES),
        ("met_quality", SERVICE_FAMILIES),
        ("met_review_depth", SERVICE_FAMILIES),
        ("met_defect_age", SERVICE_FAMILIES),
        ("met_system_causes", SERVICE_FAMILIES),
        ("met_on_call", PERSON_FAMILIES),
    ],
)
def test_every_family_of_groups_has_figures(
    demo: Recomputed, table: str, families: set[str]
) -> None:
    assert {place[0] for place, _ in demo.figures[table, "fairlead"]} == families
