"""What a metric of the catalogue brings with it beside its row."""

from __future__ import annotations

import csv
import re

from orchestration.workspace import DBT_PROJECT

MODELS = DBT_PROJECT / "models"
# Where amounts are listed one metric at a time.
LISTS = (
    MODELS / "cohorts" / "coh_cells.sql",
    MODELS / "metrics" / "health" / "met_health_contributors.sql",
    MODELS / "metrics" / "work" / "met_work_contributors.sql",
)
CATALOG = DBT_PROJECT / "seeds" / "policy" / "metric_catalog.csv"


def amounts(sql: str) -> set[str]:
    """The metrics per person whose amounts the gate looks at one person at a time."""
    return set(re.findall(r"'(\w+_per_person)'", sql.split("amounts as (", 1)[1]))


def test_the_gate_sees_the_amounts_behind_every_metric_per_person() -> None:
    with CATALOG.open(newline="") as lines:
        metrics = {row["metric_id"] for row in csv.DictReader(lines)}
    per_person = {metric for metric in metrics if metric.endswith("_per_person")}
    assert per_person
    assert per_person == set().union(*(amounts(file.read_text()) for file in LISTS))


def test_a_metric_that_is_left_out_is_noticed() -> None:
    sql = LISTS[0].read_text().replace("('pages_per_person', 'n_pages'),", "")
    assert "pages_per_person" not in amounts(sql)
