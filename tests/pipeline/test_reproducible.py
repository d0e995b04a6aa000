"""An earlier build comes out again as it was, whatever has arrived since.

Three builds of one home: of what was known on 15 October; of what was known on the 21st, when
corrections and late records had come; and again of what had been known on the 15th.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from tests.pipeline.conftest import AS_OF, Rows, load_and_build, published, write_records
from tests.pipeline.test_edge_cases import (
    AT,
    PEOPLE,
    STREAMS,
    deployment,
    incident,
    pull_request,
    team,
)

LATER_AT = "2026-10-20T00-00-00Z"
LATER = datetime(2026, 10, 21, tzinfo=UTC)
SCHEMAS = ("core", "metrics", "cohorts")

# All of it about the time before the first build: a deployment that turned out to have failed, an
# incident that was written down late, a merge that was reworded, and people's full lists with a
# person who had joined and a team that had moved to another zone.
LATE = {
    "generic/deployments": [deployment("first", "first-2", "09-02 10:00", status="failure")],
    "generic/incidents": [incident("quiet", "quiet-i", "09-09 11:00", "09-09 12:00")],
    "generic/pull_requests": [pull_request("twins", "twins-a", "09-01 20:00", title="Reworded")],
    "people/teams": [
        *(one for one in PEOPLE["teams"] if one["team_id"] != "team-york"),
        team("york", "east", time_zone="Asia/Tokyo"),
    ],
    "people/roster": [
        *PEOPLE["roster"],
        {"employee_id": "new", "valid_from": "2026-09-01", "time_zone": "Europe/Berlin"},
    ],
}


@dataclass(frozen=True)
class Build:
    """A copy of the warehouse as a build left it, and what it meant to publish."""

    warehouse: Path
    published: dict[str, Rows]


@dataclass(frozen=True)
class Builds:
    first: Build
    later: Build
    again: Build


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    folder = tmp_path_factory.mktemp("reproducible")
    landing, home = folder / "landing", folder / "home"

    def build(name: str, known_at: datetime) -> Build:
        load_and_build(landing, home, select="*", test=False, as_of=AS_OF, known_at=known_at)
        copy = folder / f"{name}.duckdb"
        shutil.copyfile(home / "warehouse.duckdb", copy)
        return Build(copy, published(home))

    write_records(landing, AT, STREAMS)
    first = build("first", AS_OF)
    write_records(landing, LATER_AT, LATE)
    return Builds(first, build("later", LATER), build("again", AS_OF))


def differences(one: Build, other: Build) -> dict[str, int]:
    """How many rows only one of two builds has, of every table that has such."""
    with duckdb.connect() as connection:
        for name, build in (("one", one), ("other", other)):
            connection.execute(f"attach '{build.warehouse}' as {name} (read_only)")
        tables = {
            name: connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables()"
                " where database_name = ? and list_contains(?, schema_name) order by all",
                [name, SCHEMAS],
            ).fetchall()
            for name in ("one", "other")
        }
        assert tables["one"] == tables["other"]
        found = {
            table: connection.execute(
                f"select count(*) from ((from one.{table} except all from other.{table})"
                f" union all (from other.{table} except all from one.{table}))"
            ).fetchall()[0][0]
            for (table,) in tables["one"]
        }
    assert len(found) > 30
    return {table: rows for table, rows in found.items() if rows}


def test_late_records_change_what_they_are_about(builds: Builds) -> None:
    changed = differences(builds.first, builds.later)
    assert {
        "core.fct_deployments",
        "core.fct_changes",
        "core.fct_incidents",
        "core.bridge_incident_deployments",
        "core.dim_person",
        "core.bridge_service_clocks",
        "metrics.met_measures",
        "metrics.met_quality",
        "cohorts.coh_cells",
        "cohorts.coh_streams",
    } <= changed.keys()
    assert builds.first.published != builds.later.published
    with duckdb.connect(builds.later.warehouse, read_only=True) as connection:
        assert connection.execute(
            "select group_key, numerator, denominator from metrics.met_measures"
            " where group_family = 'service' and group_key in ('first', 'quiet')"
            " and metric_id = 'change_failure_rate' and period_id = 'month 2026-09'"
            " and profile_id = 'fairlead' order by all"
        ).fetchall() == [("first", 0, 1), ("quiet", 1, 1)]


def test_the_same_as_of_and_known_at_give_every_row_again(builds: Builds) -> None:
    assert differences(builds.first, builds.again) == {}
    assert builds.first.published == builds.again.published
