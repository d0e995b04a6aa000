"""What several rooms of tests share: a run over the small demo, and a browser for pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.fixtures.runs import small_landing, undisturbed

__all__ = ["browser", "browser_program", "small_landing", "undisturbed"]

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


# Tests that share a run share a process, so that it happens once.
SHARED_RUNS = ("undisturbed", "earlier", "generic", "edge_cases", "builds", "side_by_side")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for run in SHARED_RUNS:
            if run in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(f"{run} run"))


@pytest.fixture(scope="session")
def browser_program() -> str:
    """The browser of this machine. Ask for it before anything that takes long."""
    if os.environ.get("FAIRLEAD_SKIP_BROWSER") == "1":
        pytest.skip("FAIRLEAD_SKIP_BROWSER is set")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.fail(
            "these tests need a browser: install one with `apt-get install chromium`, "
            "or leave them out with FAIRLEAD_SKIP_BROWSER=1"
        )
    return program


@pytest.fixture(scope="module")
def browser(browser_program: str) -> Iterator[Browser]:
    """Closed after each module: while it is open, its event loop is in the way of others."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program, args=FLAGS)
        yield browser
        browser.close()
