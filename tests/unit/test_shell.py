"""Shells are cached by content, hold no data, and appear whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.reports import shell as shells
from orchestration.reports.places import REPORTS
from orchestration.reports.shell import ShellError, build_shell, shell_key, stage_site

BUILDER = """#!/bin/sh
mkdir -p build/_app
echo '<html><head><link rel="icon" href="/favicon.ico"/></head><body></body></html>' \\
    > build/index.html
touch build/favicon.ico
"""


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sources, so that a test may change a page."""
    copy = tmp_path / "reports"
    shutil.copytree(REPORTS, copy, ignore=shutil.ignore_patterns("node_modules"))
    monkeypatch.setattr(shells, "REPORTS", copy)
    monkeypatch.setattr(shells, "SHARED", copy / "shared")
    monkeypatch.setattr(shells, "site_source", lambda audience: copy / audience)
    return copy


@pytest.fixture
def builder(reports: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the site builder's place."""
    program = reports / "node_modules" / ".bin" / "evidence"
    program.parent.mkdir(parents=True)
    program.write_text(BUILDER)
    program.chmod(0o755)
    monkeypatch.setattr(shells, "ensure_node_modules", lambda log: reports / "node_modules")
    monkeypatch.setattr(shells, "node", lambda log: Path("/usr/bin/node"))
    return program


def quiet(message: str) -> None:
    """Takes progress and says nothing."""


def test_a_shell_is_built_once_for_the_same_content(builder: Path, tmp_path: Path) -> None:
    first = build_shell("leadership", tmp_path / "cache", quiet)
    builder.write_text("#!/bin/sh\nexit 1\n")
    assert build_shell("leadership", tmp_path / "cache", quiet) == first


@pytest.mark.parametrize(
    "changed",
    [
        "leadership/pages/index.md",
        "shared/components/Beside.svelte",
        "shared/partials/states.md",
        "shared/universal-sql/src/rows.js",
        "package-lock.json",
    ],
)
def test_a_change_of_any_part_is_another_shell(reports: Path, changed: str) -> None:
    before = shell_key("leadership")
    (reports / changed).write_text((reports / changed).read_text() + "\n")
    assert shell_key("leadership") != before


def test_each_page_has_its_own_start_page(builder: Path, tmp_path: Path) -> None:
    shell = build_shell("leadership", tmp_path / "cache", quiet)
    start = (shell / "index.html").read_text()
    assert (shell / "methods" / "index.html").read_text() == start
    assert "Content-Security-Policy" in start
    assert "favicon.ico" not in start
    assert not (shell / "favicon.ico").exists()


@pytest.mark.parametrize(
    "ending",
    [
        "echo '[!] Error in Query: no such table'",
        "echo 'CompileError: unexpected token' >&2",
        "exit 3",
        "rm build/index.html",
    ],
)
def test_a_build_that_went_wrong_leaves_no_shell_and_says_what_to_do(
    builder: Path, tmp_path: Path, ending: str
) -> None:
    builder.write_text(BUILDER + ending + "\n")
    with pytest.raises(ShellError, match=r"page_sql leadership"):
        build_shell("leadership", tmp_path / "cache", quiet)
    left = [path.name for path in (tmp_path / "cache").iterdir()]
    assert left == ["leadership-failed.log"]


@pytest.mark.parametrize("name", ["data/manifest.json", "_app/figures.parquet"])
def test_a_shell_with_data_is_refused(builder: Path, tmp_path: Path, name: str) -> None:
    builder.write_text(f"{BUILDER}mkdir -p $(dirname build/{name})\necho 1 > build/{name}\n")
    with pytest.raises(ShellError, match=name):
        build_shell("leadership", tmp_path / "cache", quiet)


def test_a_site_cannot_replace_a_shared_part(reports: Path, tmp_path: Path) -> None:
    (reports / "leadership" / "partials").mkdir()
    (reports / "leadership" / "partials" / "states.md").write_text("another truth")
    with pytest.raises(ShellError, match=r"partials/states\.md"):
        stage_site("leadership", tmp_path / "stage", tmp_path / "node_modules")


def test_old_shells_are_forgotten(builder: Path, reports: Path, tmp_path: Path) -> None:
    page = reports / "leadership" / "pages" / "index.md"
    for _ in range(5):
        page.write_text(page.read_text() + "\n")
        newest = build_shell("leadership", tmp_path / "cache", quiet)
    kept = list((tmp_path / "cache").iterdir())
    assert newest in kept
    assert len(kept) == 3


def test_the_lock_names_no_registry() -> None:
    lock = (REPORTS / "package-lock.json").read_text()
    assert '"resolved": "http' not in lock
