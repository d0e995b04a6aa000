"""The pages of Great Expectations are complete without a network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from quality.data_docs import KEPT_RUNS, DataDocsError, complete
from tests.quality.conftest import Desk

REFERENCE = re.compile(r'<(?:link|script|img|a)\b[^>]*?(?:href|src)="([^"]*)"')


@pytest.fixture
def pages(desk: Desk) -> Path:
    desk.landed("people__roster", "people__teams")
    desk.records("people__roster", [{"employee_id": f"E{i}"} for i in range(30)])
    desk.run("raw", "first", pages=True)
    desk.run("raw", "second", pages=True)
    return desk.home / "quality" / "data_docs"


def test_every_reference_is_relative_and_exists(pages: Path) -> None:
    found = list(pages.rglob("*.html"))
    assert len(found) > 2
    for page in found:
        text = page.read_text()
        assert "integrity=" not in text
        assert "crossorigin" not in text
        assert not re.search(r'(?:src|href)\s*=\s*["\']https?:', text), page
        assert not re.search(r"url\(['\"]?https?:", text), page
        for reference in REFERENCE.findall(text):
            target = reference.split("?")[0].split("#")[0]
            assert not target or (page.parent / target).exists(), (page, reference)
    for sheet in pages.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(?:https?:)?//", sheet.read_text()), sheet


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_a_browser_shows_the_results_and_asks_no_other_host(
    browser: Browser, pages: Path, appearance: Literal["light", "dark"]
) -> None:
    page = browser.new_page(color_scheme=appearance)
    asked: list[str] = []
    broken: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: broken.append(request.url))
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto((pages / "index.html").as_uri())
    page.wait_for_selector("table td")
    listed = page.inner_text("body")
    one = next((pages / "validations" / "raw" / "people__roster").rglob("*.html"))
    page.goto(one.as_uri())
    shown = page.inner_text("body")
    page.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert broken == []
    assert "raw.people__roster" in listed
    assert "raw.load_report" in listed
    assert "first" in listed
    assert "second" in listed
    assert "hours are people's own" in shown


def test_only_the_newest_runs_have_pages(desk: Desk, pages: Path) -> None:
    for number in range(KEPT_RUNS):
        desk.run("raw", f"later-{number}", pages=True)
    text = (pages / "index.html").read_text()
    assert "/first/" not in text
    assert f"/later-{KEPT_RUNS - 1}/" in text
    assert not list(pages.rglob("first"))


def test_a_page_that_loads_something_new_is_refused_by_name(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text('<script src="https://cdn.example/new.js"></script>')
    with pytest.raises(DataDocsError, match=r"cdn\.example/new\.js"):
        complete(page, tmp_path)
