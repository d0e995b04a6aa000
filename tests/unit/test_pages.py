"""Pages show metrics that exist, beside their partners, and a browser looks at each page."""

from __future__ import annotations

import ast
import csv
import re
from pathlib import Path

import pytest

from orchestration.reports.page_sql import page_text
from orchestration.reports.places import REPORTS, SHARED, site_source
from orchestration.workspace import DBT_PROJECT, PROJECT_ROOT

SITES = sorted(path.parent.name for path in REPORTS.glob("*/pages"))
CATALOG = DBT_PROJECT / "seeds" / "policy" / "metric_catalog.csv"
FIGURE = re.compile(r"<MetricFigure\b[^>]*?\bmetric=[\"'](\w+)[\"']")
LISTED = re.compile(r"\bmetrics=\{\[(.*?)\]\}", re.DOTALL)


def partners() -> dict[str, str]:
    """Metric → the metric that stands on the same page."""
    with CATALOG.open(newline="") as lines:
        return {row["metric_id"]: row["shown_beside"] for row in csv.DictReader(lines)}


def problems(text: str, beside: dict[str, str]) -> list[str]:
    """What is wrong with the metrics of a page."""
    figures = FIGURE.findall(text)
    listed = [name for names in LISTED.findall(text) for name in re.findall(r"\w+", names)]
    shown = {*figures, *listed}
    unknown = [f"{metric} is not in the catalogue" for metric in shown if metric not in beside]
    alone = [
        f"{metric} stands without {beside[metric]}"
        for metric in shown
        if metric in beside and beside[metric] not in shown
    ]
    return sorted(unknown + alone)


def addresses(site: str) -> set[str]:
    pages = site_source(site) / "pages"
    found = (page.relative_to(pages).with_suffix("").as_posix() for page in pages.rglob("*.md"))
    return {"/" + ("" if name == "index" else name.removesuffix("/index")) for name in found}


def visited(test_file: Path) -> set[str]:
    """The keys of PAGES, which the browser tests open one by one."""
    for statement in ast.parse(test_file.read_text()).body:
        if (
            isinstance(statement, ast.Assign)
            and isinstance(statement.value, ast.Dict)
            and [ast.unparse(target) for target in statement.targets] == ["PAGES"]
        ):
            return {ast.literal_eval(key) for key in statement.value.keys if key is not None}
    raise AssertionError(f"{test_file.name} has no PAGES")


@pytest.mark.parametrize("site", SITES)
def test_the_browser_tests_open_every_page(site: str) -> None:
    assert visited(PROJECT_ROOT / f"tests/browser/test_{site}_site.py") == addresses(site)


@pytest.mark.parametrize("site", SITES)
def test_every_metric_of_a_page_exists_and_has_its_partner_there(site: str) -> None:
    partials = [site_source(site) / "partials", SHARED / "partials"]
    for page in (site_source(site) / "pages").rglob("*.md"):
        assert problems(page_text(page, partials), partners()) == [], page.name


def test_a_misspelt_metric_and_one_alone_are_found() -> None:
    beside = {"speed": "failures", "failures": "speed"}
    page = """
        <MetricFigure metric="speed" rows={organisation} {catalog}/>
        <LatestTable rows={organisation} metrics={['falures']}/>
    """
    assert problems(page, beside) == [
        "falures is not in the catalogue",
        "speed stands without failures",
    ]
    assert problems(page.replace("falures", "failures"), beside) == []
