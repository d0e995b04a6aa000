"""The leadership site in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from orchestration.reports.places import TOOLS
from orchestration.reports.publish import publish_site
from orchestration.reports.serve import serving
from orchestration.reports.shell import build_shell
from tests.browser.visits import Visit, visit
from tests.fixtures.leadership_release import write_leadership_release

pytestmark = pytest.mark.xdist_group("leadership site")

PAGES = {
    "/": "Half of all changes reached production",
    "/delivery-and-reliability": "Change failure rate",
    "/quality": "Flaky checks",
    "/on-call-load": "People paged in sleep hours",
    "/health-and-rest": "Half a year without a week off",
    "/work-and-support": "Escalations after hours",
    "/system-causes": "Teams re-organised",
    "/definitions": "Differs from ours in",
    "/methods": "Fewest people behind a published figure",
}


@pytest.fixture(scope="session")
def shell(browser_program: str) -> Path:
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


@pytest.fixture
def site(browser: Browser, address: str) -> Iterator[Visit]:
    yield from visit(browser, address)


@pytest.fixture
def empty_site(browser: Browser, empty_address: str) -> Iterator[Visit]:
    yield from visit(browser, empty_address)


@pytest.mark.parametrize(("path", "words"), PAGES.items())
def test_each_page_shows_its_data_fits_the_screen_and_asks_no_other_host(
    site: Visit, path: str, words: str
) -> None:
    page = site.open(path)
    expect(page.get_by_text(words).first).to_be_visible()
    expect(page.get_by_text("Quarters 2025-Q4 to 2026-Q3")).to_be_visible()
    assert site.fits_every_screen()


def test_the_brief_fits_the_first_screen_and_leads_to_its_figures(site: Visit) -> None:
    page = site.open("/")
    recommendation = page.get_by_text("The longest part of lead time")
    expect(recommendation).to_be_in_viewport()
    page.get_by_role("link", name=re.compile("The longest part of lead time")).click()
    expect(page).to_have_url(re.compile("/delivery-and-reliability/?$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Delivery and reliability")


def test_a_choice_of_groups_changes_the_charts(site: Visit) -> None:
    page = site.open("/delivery-and-reliability")
    expect(page.get_by_role("img", name=re.compile("^Commerce: "))).not_to_have_count(0)
    page.get_by_label("Groups by").select_option(label="Service criticality")
    expect(page.get_by_role("img", name=re.compile("^tier 1: "))).not_to_have_count(0)
    expect(page.get_by_role("img", name=re.compile("^Commerce: "))).to_have_count(0)


def test_groups_stand_in_alphabetical_order(site: Visit) -> None:
    page = site.open("/on-call-load")
    page.get_by_label("Groups by").select_option(label="Role")
    expect(page.get_by_role("img", name=re.compile("^software: "))).not_to_have_count(0)
    captions = page.locator("#content figcaption").all_inner_texts()
    groups = [caption for caption in captions if caption != "Whole organisation"]
    assert groups[:3] == ["data", "reliability", "software"]
    assert groups == groups[:3] * (len(groups) // 3)


def test_a_withheld_figure_reads_withheld_in_chart_and_table(site: Visit) -> None:
    page = site.open("/delivery-and-reliability")
    page.get_by_label("Groups by").select_option(label="Division and criticality")
    group = page.get_by_role("img", name=re.compile("^Operations × tier 3: "))
    expect(group.first).to_have_accessible_name(
        "Operations × tier 3: " + "; ".join(f"{quarter} withheld" for quarter in QUARTERS)
    )
    page.get_by_text("Table: Deployment frequency").last.click()
    row = page.get_by_role("row", name=re.compile("^Operations × tier 3")).first
    expect(row.get_by_text("withheld")).to_have_count(len(QUARTERS))


QUARTERS = ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]


def test_a_delivery_chart_stands_beside_a_reliability_chart(site: Visit) -> None:
    page = site.open("/delivery-and-reliability")
    frequency = page.get_by_role("heading", name="Deployment frequency").first
    failures = page.get_by_role("heading", name="Change failure rate").first
    left, right = frequency.bounding_box(), failures.bounding_box()
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert left["x"] < right["x"]


@pytest.mark.parametrize("path", PAGES)
def test_a_release_without_rows_reads_no_data(empty_site: Visit, path: str) -> None:
    page = empty_site.open(path)
    expect(page.get_by_text("no data").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_page_is_reached_through_the_menu_with_the_keyboard(site: Visit) -> None:
    page = site.open("/")
    page.get_by_role("link", name="Methods and disclosure").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Methods and disclosure")
    menu = page.get_by_role("navigation", name="Pages")
    expect(menu.get_by_role("link", name="Methods and disclosure")).to_have_attribute(
        "aria-current", "page"
    )
