"""The auditors' site in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from orchestration.reports.page_sql import check_pages
from orchestration.reports.places import TOOLS
from orchestration.reports.publish import publish_site
from orchestration.reports.serve import serving
from orchestration.reports.shell import build_shell
from tests.browser.visits import Visit, visit
from tests.fixtures.auditors_release import (
    STOPPED_BECAUSE,
    STOPPED_BY,
    write_auditors_release,
    write_static_pages,
)

pytestmark = pytest.mark.xdist_group("auditors site")

PAGES = {
    "/": "What an audit asks first",
    "/checks": STOPPED_BY,
    "/lineage": "Columns with the loaded keys that they rest on",
    "/streams": "The time of the commit is in the future.",
    "/collected": "author of a change",
    "/privacy": "brief.parquet has changed since",
}


@pytest.fixture(scope="session")
def auditors_shell(browser_program: str) -> Path:
    """The auditors' shell, from the cache unless its pages changed."""
    return build_shell("auditors", TOOLS / "shells")


def _served(shell: Path, folder: Path, *, empty: bool = False, stopped: bool) -> Iterator[str]:
    release = write_auditors_release(folder / "release", empty=empty, stopped=stopped)
    beside = {} if empty else write_static_pages(folder / "beside")
    with serving(
        publish_site("auditors", release, folder / "sites", shell, beside=beside)
    ) as address:
        yield address


@pytest.fixture(scope="session")
def stopped_address(
    auditors_shell: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where the site is served after a run that a check stopped."""
    yield from _served(auditors_shell, tmp_path_factory.mktemp("stopped"), stopped=True)


@pytest.fixture(scope="session")
def published_address(
    auditors_shell: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where the site is served after a run that published."""
    yield from _served(auditors_shell, tmp_path_factory.mktemp("published"), stopped=False)


@pytest.fixture(scope="session")
def unrun_address(auditors_shell: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site is served before anything ran."""
    yield from _served(auditors_shell, tmp_path_factory.mktemp("unrun"), empty=True, stopped=False)


@pytest.fixture
def site(browser: Browser, stopped_address: str) -> Iterator[Visit]:
    yield from visit(browser, stopped_address)


@pytest.fixture
def published_site(browser: Browser, published_address: str) -> Iterator[Visit]:
    yield from visit(browser, published_address)


@pytest.fixture
def unrun_site(browser: Browser, unrun_address: str) -> Iterator[Visit]:
    yield from visit(browser, unrun_address)


@pytest.mark.parametrize("empty", [False, True], ids=["full", "empty"])
def test_every_query_of_the_pages_runs(tmp_path: Path, empty: bool) -> None:
    assert check_pages("auditors", write_auditors_release(tmp_path, empty=empty)) == []


@pytest.mark.parametrize(("path", "words"), PAGES.items())
def test_each_page_shows_its_data_fits_the_screen_and_asks_no_other_host(
    site: Visit, path: str, words: str
) -> None:
    page = site.open(path)
    expect(page.get_by_text(words).first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert site.fits_every_screen()


def test_the_first_screen_says_which_check_stopped_the_run_and_why(site: Visit) -> None:
    page = site.open("/")
    expect(
        page.get_by_text(f"The last run did not publish: {STOPPED_BY} stopped it.")
    ).to_be_in_viewport()
    expect(page.get_by_text(STOPPED_BECAUSE).first).to_be_in_viewport()
    expect(
        page.get_by_text("Release 2026-10-13, of the run on 13 October 2026")
    ).to_be_in_viewport()


def test_the_first_screen_says_that_the_run_published(published_site: Visit) -> None:
    page = published_site.open("/")
    expect(page.get_by_text("The last run published its release.")).to_be_in_viewport()
    expect(page.get_by_text("1 found something that does not stop publication")).to_be_visible()
    expect(page.get_by_text("did not publish")).to_have_count(0)


def results(page: Page) -> Locator:
    table = page.get_by_role("table", name=re.compile("^Checks of the last run"))
    return table.locator("tbody tr")


def test_checks_that_found_something_stand_first(site: Visit) -> None:
    page = site.open("/checks")
    first = page.get_by_role("table", name=re.compile("^Checks of the last run")).locator(
        "tbody tr"
    )
    expect(first.nth(0)).to_contain_text(STOPPED_BY)
    expect(first.nth(0)).to_contain_text("stops publication")
    expect(first.nth(1)).to_contain_text("warns only")
    expect(first.nth(2)).to_contain_text("skipped")


def test_checks_are_chosen_by_kind_and_outcome(site: Visit) -> None:
    page = site.open("/checks")
    rows = results(page)
    page.get_by_role("combobox", name="Kind").select_option(label="expectation")
    expect(rows).to_have_count(3)
    page.get_by_role("combobox", name="Outcome").select_option(label="not applicable")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("expect_support_tickets_to_be_recent")
    page.get_by_role("combobox", name="Kind").select_option(label="dbt seed")
    expect(page.get_by_text("no check of this kind ended so")).to_be_visible()


def test_keys_about_people_stand_first_and_every_key_is_a_choice_away(site: Visit) -> None:
    page = site.open("/collected")
    rows = page.get_by_role("table", name=re.compile("^Keys: ")).locator("tbody tr")
    expect(rows).to_have_count(2)
    page.get_by_role("combobox", name="Keys").select_option(label="all keys")
    expect(rows).to_have_count(4)
    page.get_by_role("combobox", name="Source").select_option(label="support")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("identifies the ticket")


def test_a_published_column_leads_to_the_keys_that_were_loaded(site: Visit) -> None:
    page = site.open("/lineage")
    page.get_by_role("combobox", name="Published table").select_option(
        label="pub_leadership__on_call"
    )
    row = page.get_by_role("row", name=re.compile("^value_text "))
    expect(row).to_contain_text("yes, and it passes the gate")
    expect(row).to_contain_text("github__commits.author_login, people__employees.person_id")
    expect(page.get_by_role("row", name=re.compile("^metric_id "))).to_contain_text("none")


def test_a_model_stands_between_its_neighbours(site: Visit) -> None:
    page = site.open("/lineage")
    page.get_by_role("combobox", name=re.compile("^Model")).select_option(label="coh_gated_cells")
    before = page.get_by_role("region", name="Made from", exact=True)
    after = page.get_by_role("region", name="Used by", exact=True)
    expect(before.get_by_role("button", name="coh_cells")).to_be_visible()
    expect(after.get_by_role("button", name="pub_leadership__brief")).to_be_visible()
    columns = page.get_by_role("table", name="Its columns and what they are made from")
    expect(columns.get_by_role("row", name=re.compile("^status "))).to_contain_text(
        "coh_gate.is_published"
    )


def test_a_name_in_the_graph_chooses_the_model_with_the_keyboard(site: Visit) -> None:
    page = site.open("/lineage")
    chosen = page.get_by_role("combobox", name=re.compile("^Model"))
    chosen.select_option(label="coh_gated_cells")
    before = page.get_by_role("region", name="Made from", exact=True)
    before.get_by_role("button", name="coh_cells").focus()
    page.keyboard.press("Enter")
    expect(chosen).to_have_value("coh_cells")
    expect(page.get_by_role("region", name="Used by", exact=True)).to_contain_text(
        "coh_gated_cells"
    )
    page.get_by_role("button", name=re.compile("^raw.github__deployments")).first.press("Enter")
    expect(chosen).to_have_value("raw.github__deployments")
    expect(page.get_by_role("heading", name="One model and its neighbours")).to_be_focused()


def test_a_model_that_could_not_be_followed_is_named(site: Visit) -> None:
    page = site.open("/")
    row = page.get_by_role("row", name=re.compile("^Is it known where every model"))
    expect(row).to_contain_text("Not for coh_gate")
    row.get_by_role("link").click()
    table = page.get_by_role("table", name="Models whose columns could not be followed")
    expect(table).to_contain_text("coh_gate")


def test_pages_of_other_tools_open_with_their_scripts_and_styles(site: Visit) -> None:
    page = site.open("/")
    page.get_by_role("link", name="Data Docs").click()
    expect(page).to_have_url(re.compile("/data-docs/index.html$"))
    expect(page.get_by_text("the script ran")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-linked", "yes")
    expect(page.locator("p")).to_have_css("font-weight", "600")
    page.get_by_role("link", name="core").click()
    expect(page.get_by_role("heading", name="Suite of core")).to_be_visible()


def test_the_lineage_file_is_beside_the_lineage_page(site: Visit) -> None:
    response = site.page.request.get(f"{site.address}/lineage/openlineage.jsonl")
    assert response.headers["content-type"] == "application/x-ndjson"
    assert "COMPLETE" in response.text()
    expect(site.open("/lineage").get_by_role("heading", level=1)).to_have_text("Lineage")


@pytest.mark.parametrize("path", PAGES)
def test_a_site_before_the_first_run_reads_no_data(unrun_site: Visit, path: str) -> None:
    page = unrun_site.open(path)
    expect(page.get_by_text("no data").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
