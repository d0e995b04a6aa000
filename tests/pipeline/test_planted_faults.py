"""A planted fault stops the publication; the message and the auditors' site name what found it.

Each fault is planted in a copy of the project, and run on what an earlier run published.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.audit.tables import AUDIENCE
from orchestration.files import sha256_of
from orchestration.release.manifest import releases_in
from orchestration.warehouse.artifacts import read_run_results
from orchestration.workspace import PROJECT_ROOT
from tests.pipeline.conftest import Finished, command

# Installed once and never changed by a run: the copy shares them.
SHARED = (".tools", "reports/node_modules", "quality/data_docs_assets/node_modules")
LEFT_OUT = shutil.ignore_patterns(
    *(".git", ".venv", ".tools", "node_modules", "out", "build", "logs", ".evidence"),
    *("__pycache__", ".*_cache"),
)


@dataclass(frozen=True)
class Project:
    """A copy of the project, to plant faults in."""

    root: Path

    def plant(self, file: str, sound: str, faulty: str) -> None:
        path = self.root / file
        text = path.read_text()
        assert text.count(sound) == 1, f"{file} has no single {sound!r} to put a fault in"
        path.write_text(text.replace(sound, faulty))

    def python(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=os.environ | {"PYTHONPATH": str(self.root)} | environment,
            capture_output=True,
            text=True,
        )


@dataclass(frozen=True)
class Finding:
    """A check that stopped the publication, as auditors read it."""

    kind: str
    subject: str
    explanation: str


@dataclass(frozen=True)
class Stopped:
    """What a run that was stopped said, on the terminal and to auditors."""

    message: str
    by: str
    because: str
    findings: dict[str, Finding]

    def names(self, check: str) -> Finding:
        """The finding of a check, which the message and the site's first line must name."""
        assert check in self.message
        assert check == self.by
        found = self.findings[check]
        assert self.because.startswith(f"{found.kind} on {found.subject}")
        assert found.explanation in self.because
        return found


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    shutil.copytree(PROJECT_ROOT, root, ignore=LEFT_OUT)
    for folder in SHARED:
        (root / folder).symlink_to(PROJECT_ROOT / folder)
    copy = Project(root)
    where = "import orchestration.workspace as w, quality; print(w.PROJECT_ROOT, quality.__path__)"
    assert copy.python("-c", where).stdout == f"{root} {[str(root / 'quality')]}\n"
    return copy


@pytest.fixture
def home(earlier: Finished, tmp_path: Path) -> Path:
    """What the earlier run left, once more; files of sites are linked, as they are large."""
    copy = tmp_path / "home"
    leave_sites = shutil.ignore_patterns("sites")
    shutil.copytree(earlier.home, copy, ignore=leave_sites)
    sites = earlier.home / "sites"
    shutil.copytree(sites, copy / "sites", symlinks=True, copy_function=os.link)
    return copy


def stopped(project: Project, landing: Path, home: Path) -> Stopped:
    """Run the project; what was published before must stay."""
    before = dict(what_readers_have(home))
    done = project.python(*command(landing, home)[1:])
    assert done.returncode == 1, done.stderr
    assert dict(what_readers_have(home)) == before
    return told(done.stderr, home)


def what_readers_have(home: Path) -> Iterator[tuple[str, str]]:
    """Each file of the releases and of the leadership site's data, and the published tables, with
    its content's hash."""
    yield "reporting.duckdb", sha256_of(home / "reporting.duckdb")
    for folder in (home / "releases", (home / "sites" / "leadership").resolve()):
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                yield str(file.relative_to(home)), sha256_of(file)


def told(message: str, home: Path) -> Stopped:
    """The message beside what the auditors' pages read."""
    data = home / "sites" / AUDIENCE / "data" / AUDIENCE
    runs, checks = (str(data / table / f"{table}.parquet") for table in ("runs", "checks"))
    with duckdb.connect() as connection:
        ((outcome, by, because),) = connection.execute(
            "select outcome, stopped_by, stopped_because from read_parquet(?) where position = 1",
            [runs],
        ).fetchall()
        found = connection.execute(
            "select name, kind, subject, explanation from read_parquet(?)"
            " where severity = 'critical' and outcome in ('failed', 'error') order by position",
            [checks],
        ).fetchall()
    assert outcome == "stopped"
    # Of several tables with the same finding, the first: the one that the site's first line names.
    findings = {name: Finding(*others) for name, *others in reversed(found)}
    return Stopped(message, by, because, findings)


def test_a_list_of_people_that_was_cut_off_stops_before_dbt(
    small_landing: Path, tmp_path: Path
) -> None:
    landing, home = tmp_path / "landing", tmp_path / "home"
    shutil.copytree(small_landing, landing)
    newest = sorted((landing / "people" / "roster").iterdir())[-1]
    (file,) = newest.iterdir()
    rows = file.read_text().splitlines()
    file.write_text("\n".join(rows[: len(rows) // 10]) + "\n")

    done = subprocess.run(command(landing, home), cwd=PROJECT_ROOT, capture_output=True, text=True)

    assert done.returncode == 1
    stop = told(done.stderr, home)
    found = stop.names("full_list_did_not_shrink")
    assert (found.kind, found.subject) == ("expectation", "raw.streams")
    assert "Not so: people/roster." in found.explanation
    assert list(stop.findings) == ["full_list_did_not_shrink"]
    assert releases_in(home / "releases") == []
    assert not (home / "unreleased.duckdb").exists(), "dbt ran"
    assert (home / "quality" / "data_docs" / "index.html").exists()


def test_a_person_column_in_a_published_model_stops_before_dbt(
    project: Project, home: Path, earlier: Finished
) -> None:
    folder = "dbt_project/models/published/leadership"
    project.plant(
        f"{folder}/pub_leadership__brief.sql",
        "        sentences.kind,",
        "        sentences.kind,\n"
        "        (select min(contributor_key) from {{ ref('coh_gated_cells') }})"
        " as contributor_key,",
    )
    project.plant(
        f"{folder}/_leadership__models.yml",
        "      - name: sentence\n",
        "      - name: contributor_key\n"
        "        data_type: varchar\n"
        "        config: {meta: {privacy: person}}\n"
        "      - name: sentence\n",
    )

    stop = stopped(project, earlier.landing, home)

    found = stop.names("published_models_have_no_person_column")
    assert found.kind == "architecture rule"
    assert "pub_leadership__brief.contributor_key is about a person" in found.explanation
    assert not (home / "unreleased.duckdb").exists(), "dbt ran"


def test_what_a_gate_without_its_minimum_lets_out_breaks_the_published_contract(
    project: Project, home: Path, tmp_path: Path
) -> None:
    """dbt alone, from the gate on: DuckDB refuses the rows, whatever checks come after."""
    project.plant(
        "quality/privacy/gate.py",
        '(grouped["n_people"] < grouped["minimum"])',
        '(grouped["n_people"] < 0)',
    )
    project.plant(
        "quality/privacy/gate.py",
        '((n_people < rules["minimum"]) & ~is_empty)',
        "((n_people < 0) & ~is_empty)",
    )
    before = read_run_results(home / "dbt")
    assert before is not None

    done = project.python(
        *("-c", "import sys; from orchestration.warehouse.dbt import main; main(sys.argv[1:])"),
        *("--quiet", "build", "--target", "unreleased", "--select", "coh_gate+"),
        *("--exclude-resource-type", "unit_test", "--vars", json.dumps(before["args"]["vars"])),
        *("--project-dir", str(project.root / "dbt_project")),
        *("--profiles-dir", str(project.root), "--target-path", str(tmp_path / "dbt")),
        FAIRLEAD_HOME=str(home),
    )

    found = read_run_results(tmp_path / "dbt")
    assert found is not None, done.stdout
    messages = {one["unique_id"]: one["message"] for one in found["results"]}
    failed = messages["model.fairlead.pub_leadership__on_call"]
    assert "CHECK constraint failed" in failed
    assert "people_band" in failed


def test_a_gate_that_counts_too_many_people_is_stopped_by_counting_anew(
    project: Project, home: Path, earlier: Finished
) -> None:
    project.plant(
        "quality/privacy/gate.py",
        '["n_people"].fillna(0).astype("int64")',
        '["n_people"].fillna(0).astype("int64") + 5',
    )

    stop = stopped(project, earlier.landing, home)

    found = stop.names("enough_people_stand_behind_each_value")
    assert (found.kind, found.subject) == ("expectation", "leadership.delivery")
    assert "reach the minimum" in found.explanation


def test_a_page_query_of_a_column_that_is_not_published_stops_the_release(
    project: Project, home: Path, earlier: Finished
) -> None:
    project.plant(
        "reports/leadership/pages/methods.md",
        "from leadership.data_sources order by source, stream",
        "from leadership.data_sources order by source, landed_on",
    )

    stop = stopped(project, earlier.landing, home)

    found = stop.names("sources")
    assert (found.kind, found.subject) == ("page query", "methods.md")
    assert 'Referenced column "landed_on" not found' in found.explanation


def test_a_lost_column_and_contradicting_extracts_are_both_named(
    project: Project, home: Path, earlier: Finished, tmp_path: Path
) -> None:
    """A published model without a column of its contract, and a service with two owners."""
    landing = tmp_path / "landing"
    shutil.copytree(earlier.landing, landing)
    give_a_service_two_owners(landing)
    name = "pub_leadership__data_sources"
    project.plant(
        f"dbt_project/models/published/leadership/{name}.sql",
        "        status,\n        newest_extract\n",
        "        status\n",
    )

    stop = stopped(project, landing, home)

    found = stop.names(name)
    assert (found.kind, found.subject) == ("dbt model", name)
    assert "newest_extract (missing in definition)" in found.explanation
    test = "no_overlap_bridge_service_owners_service_id"
    assert test in stop.message
    assert (stop.findings[test].kind, stop.findings[test].subject) == (
        "dbt test",
        "bridge_service_owners",
    )
    assert "more checks stopped it too" in stop.because
    with duckdb.connect(home / "unreleased.duckdb", read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
    # Catalogue and policy do not come from people's data; nothing that does was built.
    assert ("metric_catalog",) in tables
    assert not {("delivery",), ("on_call",), ("brief",)} & set(tables)


def give_a_service_two_owners(landing: Path) -> None:
    """A full list is never changed in place: the two owners are in a newer one."""
    extracts = landing / "people" / "service_ownership"
    newest = sorted(extracts.iterdir())[-1]
    (file,) = newest.iterdir()
    rows = file.read_text().splitlines()
    service, _, start, _, band = rows[1].split(",")
    rows.append(",".join((service, "team-that-overlaps", start, "", band)))
    later = extracts / newest.name.replace("T00-", "T01-")
    assert later != newest
    later.mkdir()
    (later / file.name).write_text("\n".join(rows) + "\n")


def test_a_project_that_dbt_cannot_read_stops_before_anything_runs(
    project: Project, home: Path, earlier: Finished
) -> None:
    project.plant(
        "dbt_project/models/published/leadership/pub_leadership__data_sources.sql",
        "ref('coh_streams')",
        "ref('coh_sources')",
    )
    before = dict(what_readers_have(home))

    done = project.python(*command(earlier.landing, home)[1:])

    assert done.returncode == 1
    assert "dbt could not parse the project" in done.stderr
    assert "coh_sources" in done.stderr
    assert "Traceback" not in done.stderr
    assert dict(what_readers_have(home)) == before
