"""A site is published whole or not at all, and ships its tables and no other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.reports import publish
from orchestration.reports.publish import publish_site
from orchestration.reports.site_data import SiteDataError
from tests.fixtures.leadership_release import write_leadership_release


class Killed(BaseException):
    """Stands for a signal: nothing handles it on the way out."""


@pytest.fixture
def shell(tmp_path: Path) -> Path:
    shell = tmp_path / "shells" / "leadership-0123456789abcdef"
    (shell / "_app" / "immutable").mkdir(parents=True)
    (shell / "index.html").write_text("<html></html>")
    (shell / "_app" / "immutable" / "engine.wasm").write_bytes(b"engine")
    return shell


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return write_leadership_release(tmp_path / "releases" / "2026-10-14")


@pytest.fixture
def sites(tmp_path: Path) -> Path:
    return tmp_path / "sites"


def files(site: Path) -> dict[str, bytes]:
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file()
    }


def later_release(release: Path) -> Path:
    return write_leadership_release(release.with_name("2027-01-14"), empty=True)


def test_a_site_holds_the_shell_and_the_released_tables(
    release: Path, sites: Path, shell: Path
) -> None:
    site = publish_site("leadership", release, sites, shell)
    assert (site / "index.html").is_file()
    tables = {path.stem: path for path in (release / "leadership").iterdir()}
    for name, source in tables.items():
        shipped = site / "data" / "leadership" / name / f"{name}.parquet"
        assert shipped.read_bytes() == source.read_bytes()
    manifest = json.loads((site / "data" / "manifest.json").read_text())
    addresses = manifest["renderedFiles"]["leadership"]
    assert [address.split("?")[0] for address in addresses] == [
        f"static/data/leadership/{name}/{name}.parquet" for name in sorted(tables)
    ]


def test_the_site_says_which_release_and_shell_it_shows(
    release: Path, sites: Path, shell: Path
) -> None:
    site = publish_site("leadership", release, sites, shell)
    described = json.loads((site / "site.json").read_text())
    assert described["release"] == "2026-10-14"
    assert described["shell"] == shell.name


def test_engine_files_are_shared_and_data_are_not(release: Path, sites: Path, shell: Path) -> None:
    site = publish_site("leadership", release, sites, shell)
    engine = Path("_app/immutable/engine.wasm")
    assert (site / engine).samefile(shell / engine)
    brief = site / "data" / "leadership" / "brief" / "brief.parquet"
    assert not brief.samefile(release / "leadership" / "brief.parquet")


def test_publishing_the_same_again_changes_nothing(release: Path, sites: Path, shell: Path) -> None:
    site = publish_site("leadership", release, sites, shell)
    before = site.resolve(), site.resolve().stat().st_mtime_ns
    messages: list[str] = []
    publish_site("leadership", release, sites, shell, messages.append)
    assert (site.resolve(), site.resolve().stat().st_mtime_ns) == before
    assert "already" in messages[0]


def test_a_new_release_takes_the_place_of_the_old_one(
    release: Path, sites: Path, shell: Path
) -> None:
    publish_site("leadership", release, sites, shell)
    site = publish_site("leadership", later_release(release), sites, shell)
    assert json.loads((site / "site.json").read_text())["release"] == "2027-01-14"
    assert len(list((sites / ".versions" / "leadership").iterdir())) == 1


@pytest.mark.parametrize("step", ["_link_tree", "_place_data", "_unused", "_point"])
def test_a_killed_publish_leaves_the_old_site_and_the_next_one_ends_the_same(
    release: Path,
    sites: Path,
    shell: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    site = publish_site("leadership", release, sites, shell)
    before = files(site)

    def kill(*arguments: object, **options: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(publish, step, kill)
        with pytest.raises(Killed):
            publish_site("leadership", later_release(release), sites, shell)
    assert files(site) == before

    # What a process leaves that had no time to clear up.
    (sites / ".versions" / "leadership" / ".aside-left" / "half").mkdir(parents=True)
    publish_site("leadership", later_release(release), sites, shell)
    undisturbed = publish_site("leadership", later_release(release), tmp_path / "other", shell)
    assert files(site) == files(undisturbed)
    assert len(list((sites / ".versions" / "leadership").iterdir())) == 1


def test_a_first_publish_that_is_killed_leaves_no_site(
    release: Path, sites: Path, shell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*arguments: object) -> None:
        raise Killed

    monkeypatch.setattr(publish, "_place_data", kill)
    with pytest.raises(Killed):
        publish_site("leadership", release, sites, shell)
    assert not (sites / "leadership").exists()


def test_a_stray_file_of_the_release_stops_the_site(
    release: Path, sites: Path, shell: Path
) -> None:
    shutil.copy(
        release / "leadership" / "brief.parquet",
        release / "leadership" / "people.parquet",
    )
    with pytest.raises(SiteDataError, match=r"people, which .*data\.yml does not list"):
        publish_site("leadership", release, sites, shell)
    assert not (sites / "leadership").exists()


def test_a_stray_data_file_of_the_shell_stops_the_site(
    release: Path, sites: Path, shell: Path
) -> None:
    (shell / "data" / "leadership").mkdir(parents=True)
    (shell / "data" / "leadership" / "people.parquet").write_bytes(b"PAR1")
    with pytest.raises(SiteDataError, match=r"people\.parquet is not on the allow-list"):
        publish_site("leadership", release, sites, shell)
    assert not (sites / "leadership").exists()


def test_a_stray_data_file_in_a_published_site_is_gone_after_the_next_publish(
    release: Path, sites: Path, shell: Path
) -> None:
    site = publish_site("leadership", release, sites, shell)
    (site / "data" / "people.parquet").write_bytes(b"PAR1")
    publish_site("leadership", release, sites, shell)
    assert not (site / "data" / "people.parquet").exists()


def test_a_missing_table_stops_the_site(release: Path, sites: Path, shell: Path) -> None:
    (release / "leadership" / "brief.parquet").unlink()
    with pytest.raises(SiteDataError, match="lacks brief"):
        publish_site("leadership", release, sites, shell)


@pytest.mark.parametrize(
    "column", ["[1, 2]", "{'a': 1}", "time '10:00'", "interval 1 day", "now()"]
)
def test_a_column_that_a_page_cannot_show_stops_the_site(
    release: Path, sites: Path, shell: Path, column: str
) -> None:
    target = release / "leadership" / "brief.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select {column} as odd) to '{target}'")
    with pytest.raises(SiteDataError, match=r"brief has columns .*: odd"):
        publish_site("leadership", release, sites, shell)


def test_a_compression_that_the_browser_cannot_read_stops_the_site(
    tmp_path: Path, sites: Path, shell: Path
) -> None:
    release = write_leadership_release(tmp_path / "odd", compression="lz4_raw")
    with pytest.raises(SiteDataError, match="LZ4_RAW"):
        publish_site("leadership", release, sites, shell)


def test_a_folder_in_the_site_s_place_is_not_overwritten(
    release: Path, sites: Path, shell: Path
) -> None:
    (sites / "leadership").mkdir(parents=True)
    (sites / "leadership" / "mine.txt").write_text("keep")
    with pytest.raises(SiteDataError, match="move it away"):
        publish_site("leadership", release, sites, shell)
    assert (sites / "leadership" / "mine.txt").read_text() == "keep"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """The static pages of another tool."""
    docs = tmp_path / "docs"
    (docs / "static").mkdir(parents=True)
    (docs / "index.html").write_text("first")
    (docs / "static" / "all.min.css").write_text("p {}")
    return docs


def test_static_pages_stand_beside_the_site(
    release: Path, sites: Path, shell: Path, docs: Path
) -> None:
    site = publish_site("leadership", release, sites, shell, beside={"data-docs": docs})
    assert (site / "data-docs" / "index.html").read_text() == "first"
    assert (site / "data-docs" / "static" / "all.min.css").is_file()
    # The tool that made them writes them again, and a published version must not change.
    assert not (site / "data-docs" / "index.html").samefile(docs / "index.html")


def test_static_pages_are_published_again_when_they_change_and_only_then(
    release: Path, sites: Path, shell: Path, docs: Path
) -> None:
    first = publish_site("leadership", release, sites, shell, beside={"docs": docs}).resolve()
    same = publish_site("leadership", release, sites, shell, beside={"docs": docs}).resolve()
    assert same == first
    (docs / "index.html").write_text("second")
    site = publish_site("leadership", release, sites, shell, beside={"docs": docs})
    assert site.resolve() != first
    assert (site / "docs" / "index.html").read_text() == "second"
    without = publish_site("leadership", release, sites, shell)
    assert not (without / "docs").exists()


def test_a_file_can_stand_beside_the_page_of_its_folder_and_not_in_its_place(
    release: Path, sites: Path, shell: Path, tmp_path: Path
) -> None:
    (shell / "lineage").mkdir()
    (shell / "lineage" / "index.html").write_text("page")
    lineage = tmp_path / "lineage"
    lineage.mkdir()
    (lineage / "openlineage.jsonl").write_text("{}\n")
    site = publish_site("leadership", release, sites, shell, beside={"lineage": lineage})
    assert (site / "lineage" / "index.html").read_text() == "page"
    assert (site / "lineage" / "openlineage.jsonl").is_file()
    (lineage / "index.html").write_text("other")
    with pytest.raises(SiteDataError, match=r"lineage/index\.html would take the place"):
        publish_site("leadership", release, sites, shell, beside={"lineage": lineage})
    assert (site / "lineage" / "index.html").read_text() == "page"


@pytest.mark.parametrize("name", ["people.parquet", "warehouse.duckdb", "rows.csv", "README"])
def test_a_file_that_is_no_part_of_a_page_stops_the_site(
    release: Path, sites: Path, shell: Path, docs: Path, name: str
) -> None:
    (docs / "static" / name).write_bytes(b"PAR1")
    with pytest.raises(SiteDataError, match=rf"docs/static/{name} cannot stand beside"):
        publish_site("leadership", release, sites, shell, beside={"docs": docs})
    assert not (sites / "leadership").exists()


def test_a_link_beside_the_site_stops_it(
    release: Path, sites: Path, shell: Path, docs: Path, tmp_path: Path
) -> None:
    (tmp_path / "private.json").write_text("{}")
    (docs / "public.json").symlink_to(tmp_path / "private.json")
    with pytest.raises(SiteDataError, match=r"docs/public\.json cannot stand beside"):
        publish_site("leadership", release, sites, shell, beside={"docs": docs})


@pytest.mark.parametrize("name", ["data", "_app", "../other", ""])
def test_a_folder_beside_the_site_has_a_plain_name(
    release: Path, sites: Path, shell: Path, docs: Path, name: str
) -> None:
    with pytest.raises(SiteDataError, match="cannot be the name"):
        publish_site("leadership", release, sites, shell, beside={name: docs})


def test_an_absent_folder_beside_the_site_is_named(
    release: Path, sites: Path, shell: Path, tmp_path: Path
) -> None:
    with pytest.raises(SiteDataError, match="is not a folder"):
        publish_site("leadership", release, sites, shell, beside={"docs": tmp_path / "absent"})


def test_an_audience_without_pages_is_named() -> None:
    with pytest.raises(ValueError, match=r"there are for: .*leadership"):
        publish_site("nobody", Path(), Path(), Path())
