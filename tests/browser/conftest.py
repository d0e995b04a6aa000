"""One shell and one browser for all browser tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from orchestration.reports.places import TOOLS
from orchestration.reports.publish import publish_site
from orchestration.reports.serve import serving
from orchestration.reports.shell import build_shell
from tests.fixtures.leadership_release import write_leadership_release

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if os.environ.get("FAIRLEAD_SKIP_BROWSER") == "1":
        pytest.skip("FAIRLEAD_SKIP_BROWSER is set")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.fail(
            "these tests need a browser: install one with `apt-get install chromium`, "
            "or leave them out with FAIRLEAD_SKIP_BROWSER=1"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shell(browser: Browser) -> Path:
    """The leadership shell, from the cache unless its pages changed."""
    return build_shell("leadership", TOOLS / "shells")


@pytest.fixture(scope="session")
def address(shell: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site of a full release is served."""
    yield from _served(shell, tmp_path_factory.mktemp("full"), empty=False)


@pytest.fixture(scope="session")
def empty_address(shell: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site of a release without rows is served."""
    yield from _served(shell, tmp_path_factory.mktemp("empty"), empty=True)


def _served(shell: Path, folder: Path, *, empty: bool) -> Iterator[str]:
    release = write_leadership_release(folder / "release", empty=empty)
    site = publish_site("leadership", release, folder / "sites", shell)
    with serving(site) as address:
        yield address
