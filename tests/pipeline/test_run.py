"""The main job end to end, on the demo organisation and on less than that."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from orchestration.history import terminal_instance
from orchestration.release.manifest import chain_problems, read_manifest, releases_in
from tests.pipeline.conftest import DIRT, Finished, finish, published, query


def test_all_state_is_under_home_and_the_run_says_where(undisturbed: Finished) -> None:
    home = undisturbed.home
    for name in ("warehouse.duckdb", "reporting.duckdb", "releases", "sites"):
        assert (home / name).exists()
        assert str(home / name) in undisturbed.output
    assert (home / "sites" / "leadership" / "index.html").exists()


def test_a_release_holds_exactly_the_published_tables(undisturbed: Finished) -> None:
    (release,) = releases_in(undisturbed.home / "releases")
    manifest = read_manifest(release)
    released = {
        file.path.replace("/", ".").removesuffix(".parquet"): file.n_rows for file in manifest.files
    }
    tables = published(undisturbed.home)
    assert released == {name: len(rows) for name, rows in tables.items()}
    assert manifest.checks["dbt tests passed"] > 100
    assert chain_problems(undisturbed.home / "releases") == []


def test_every_asset_says_how_long_it_took_and_where_its_checks_are(
    undisturbed: Finished,
) -> None:
    with terminal_instance(undisturbed.home / "dagster") as instance:
        made = {
            key.to_user_string(): event.asset_materialization.metadata
            for key in instance.all_asset_keys()
            if (event := instance.get_latest_materialization_event(key))
            and event.asset_materialization
        }
    assert len(made) > 100
    for name, metadata in made.items():
        assert {"seconds", "Execution Duration"} & set(metadata), name
        assert str(metadata["Data Docs"].value) == str(
            undisturbed.home / "quality" / "data_docs" / "index.html"
        )
    assert (undisturbed.home / "quality" / "data_docs" / "index.html").exists()
    tables = [name for name in made if name.startswith(("raw/", "core/", "leadership/"))]
    assert len(tables) > 50
    assert [name for name in tables if "dagster/row_count" not in made[name]] == []


def test_a_second_run_without_news_takes_seconds_and_says_so(
    undisturbed: Finished,
) -> None:
    before = published(undisturbed.home)
    started = time.monotonic()
    again = finish(undisturbed.landing, undisturbed.home)
    assert time.monotonic() - started < 10
    assert "Nothing changed" in again.output
    assert published(undisturbed.home) == before


def test_the_five_keys_exist_for_services_teams_and_cohorts(
    undisturbed: Finished,
) -> None:
    found = query(
        undisturbed.home,
        """
        select group_family, period_grain, count(distinct metric_id)
        from metrics.met_measures
        where
            group_family in ('service', 'team', 'division', 'criticality')
            and metric_id in (
                'deployment_frequency', 'lead_time_for_changes', 'change_failure_rate',
                'failed_deployment_recovery_time', 'rework_rate'
            )
            and value is not null
        group by all
        """,
    )
    assert {(family, grain) for family, grain, keys in found if keys == 5} == {
        (family, grain)
        for family in ("service", "team", "division", "criticality")
        for grain in ("month", "quarter")
    } | {("service", "week"), ("team", "week")}


def test_nothing_about_dora_exists_at_person_grain(undisturbed: Finished) -> None:
    families = query(undisturbed.home, "select distinct group_family from metrics.met_measures")
    assert not {family for (family,) in families if "person" in family}


def test_no_small_group_is_published(undisturbed: Finished) -> None:
    too_small = query(
        undisturbed.home,
        """
        select count(*)
        from cohorts.coh_gate
        where decision = 'published' and n_people < 5
        """,
    )
    withheld = query(
        undisturbed.home,
        "select count(*) from cohorts.coh_gate where decision = 'withheld'",
    )
    assert too_small == [(0,)]
    assert withheld[0][0] > 0, "the demo has small groups; some cell must be withheld"


def test_the_allow_list_keeps_undeclared_keys_out(undisturbed: Finished) -> None:
    records = query(
        undisturbed.home,
        """
        select count(*), count(record ->> '$.body'), count(record ->> '$.html_url')
        from raw.github__pull_requests
        """,
    )
    users = query(
        undisturbed.home,
        "select count(*), count(record ->> '$.email') from raw.pagerduty__users",
    )
    assert records[0][0] > 0
    assert records[0][1:] == (0, 0)
    assert users[0][0] > 0
    assert users[0][1] == 0


def test_deployments_alone_give_service_figures_and_say_no_data_elsewhere(
    small_landing: Path, tmp_path: Path
) -> None:
    landing = tmp_path / "landing"
    for stream in ("deployments", "deployment_statuses", "commits", "pull_requests"):
        shutil.copytree(small_landing / "github" / stream, landing / "github" / stream)
    home = finish(landing, tmp_path / "home").home
    families = query(
        home,
        """
        select group_family, count(distinct metric_id)
        from metrics.met_measures
        where value is not null
        group by all
        order by all
        """,
    )
    assert ("service", 9) in families or dict(families)["service"] >= 7
    tables = published(home)
    # The authors are logins that match no one; they are counted, so the whole may be shown.
    assert {row[1] for row in tables["leadership.delivery"]} <= {"organisation"}
    assert tables["leadership.on_call"] == []
    status = {(row[0], row[1]): row[3] for row in tables["leadership.data_sources"]}
    assert status[("people", "roster")] == "no data"
    assert status[("github", "deployments")] == "loaded"


def test_dirt_is_reported_with_file_and_row_and_the_rest_loads(earlier: Finished) -> None:
    home = earlier.home
    quarantined = query(
        home,
        """
        select source_file, row_number, reason, field
        from raw.quarantine order by row_number
        """,
    )
    assert quarantined == [(DIRT, 2, "not_json", None), (DIRT, 3, "missing", "id")]
    reported = query(
        home,
        f"""
        select kind, sum(n_rows) from raw.load_report
        where source_file = '{DIRT}' group by all order by all
        """,
    )
    kinds = dict(reported)
    assert kinds["loaded"] == 2
    assert kinds["duplicate"] == 1
    assert query(home, "select count(*) from core.fct_changes where change_id = '1'") == [(1,)]
