"""Data Docs: the library's pages over the newest runs, complete without a network.

The pages load scripts and styles from other hosts. Those come from npm packages in the
versions that the pages name, at `data_docs/static/libraries/`, and links are rewritten.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
    )

Log = Callable[[str], None]

PAGES, VALIDATIONS = "data_docs", "validations"
ASSETS = Path(__file__).with_name("data_docs_assets")
LIBRARIES = Path("static", "libraries")
# Building the index reads every validation that is kept: one per table and run.
KEPT_RUNS = 5

# What a page names (a part of the address): the file of a package that takes its place.
_FILES = {
    "bootstrap-table.min.css": "bootstrap-table/dist/bootstrap-table.min.css",
    "bootstrap-table.min.js": "bootstrap-table/dist/bootstrap-table.min.js",
    "bootstrap-table-filter-control.min.css": (
        "bootstrap-table/dist/extensions/filter-control/bootstrap-table-filter-control.min.css"
    ),
    "bootstrap-table-filter-control.css": (
        "bootstrap-table/dist/extensions/filter-control/bootstrap-table-filter-control.css"
    ),
    "bootstrap-table-filter-control.min.js": (
        "bootstrap-table/dist/extensions/filter-control/bootstrap-table-filter-control.min.js"
    ),
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap.min.js": "bootstrap/dist/js/bootstrap.min.js",
    "bootstrap-prefers-dark.css": "@forevolve/bootstrap-dark/dist/css/bootstrap-prefers-dark.css",
    "bootstrap-datepicker.min.css": "bootstrap-datepicker/dist/css/bootstrap-datepicker.min.css",
    "bootstrap-datepicker.min.js": "bootstrap-datepicker/dist/js/bootstrap-datepicker.min.js",
    "jquery-3.7.1.min.js": "jquery/dist/jquery.min.js",
    "popper.min.js": "popper.js/dist/umd/popper.min.js",
    "all.min.css": "@fortawesome/fontawesome-free/css/all.min.css",
}
# Fonts that a style sheet of these refers to, beside it.
_FOLDERS = ("@fortawesome/fontawesome-free/webfonts",)

_LINK = re.compile(r'<(?P<tag>link|script)\b[^>]*?(?:href|src)="(?P<url>https?://[^"]+)"[^>]*>')
# Charts would show values, and none are kept: the charting library is left out.
_CHARTS = re.compile(r'<script\b[^>]*src="https?://[^"]*/npm/vega[^"]*"[^>]*>\s*</script>')
_LOGO = re.compile(r'src="https?://[^"]*/logo-long\.png[^"]*"')
# Of the dark appearance.
_DARK_LOGO = re.compile(r"url\('https?://[^']*logo[^']*'\)")
_ICON = re.compile(r'href="[^"]*static/images/favicon\.ico"')  # wrong by one folder as written
_ELSEWHERE = re.compile(r'<a\b[^>]*href="https?://[^"]*"[^>]*>(.*?)</a>', re.S)
# Pages of suites alone are not built: each validation says what was expected.
_SUITES = re.compile(r'<a\b[^>]*href="[^"]*expectations/[^"]*\.html"[^>]*>(.*?)</a>', re.S)
_NEWSLETTER = re.compile(r"<p>Stay current on everything GX.*?</p>", re.S)


class DataDocsError(RuntimeError):
    """The pages could not be made complete; the message says what is missing."""


def publish_pages(
    quality: Path, validations: Iterable[ExpectationSuiteValidationResult], log: Log
) -> Path:
    """Add validations to the pages of a folder, and drop those of the oldest runs.

    Validations are stored as they are: they must hold no values. Returns the index.
    Raises DataDocsError where a page would need another host, or an error of the toolchain
    where packages cannot be installed.
    """
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    from quality.context import open_context

    modules = _modules(log)
    context = open_context(quality)
    identifiers: list[ValidationResultIdentifier] = []
    for validation in validations:
        key = ValidationResultIdentifier(
            expectation_suite_identifier=ExpectationSuiteIdentifier(name=validation.suite_name),
            run_id=validation.meta["run_id"],
            batch_identifier=validation.batch_id,
        )
        context.validation_results_store.set(key, validation)
        identifiers.append(key)
    _prune(quality)
    context.build_data_docs(resource_identifiers=identifiers)
    pages = quality / PAGES
    _copy_libraries(modules, pages / LIBRARIES)
    # Templates of what each page carries itself; they name other hosts.
    shutil.rmtree(pages / "static" / "styles", ignore_errors=True)
    for page in pages.rglob("*.html"):
        complete(page, pages)
    return pages / "index.html"


def complete(page: Path, pages: Path) -> None:
    """Make a page need no other host. A page that is complete stays as it is."""
    text = page.read_text()
    root = "../" * (len(page.relative_to(pages).parts) - 1) or "./"
    libraries = root + LIBRARIES.as_posix()

    def local(match: re.Match[str]) -> str:
        url = match["url"]
        file = _FILES.get(url.rpartition("/")[2])
        if file is None:
            raise DataDocsError(
                f"the pages of Great Expectations load {url}; add the package that holds it to "
                "quality/data_docs_assets and its file to quality/data_docs.py"
            )
        attribute = "href" if match["tag"] == "link" else "src"
        kind = ' rel="stylesheet"' if match["tag"] == "link" else ""
        return f'<{match["tag"]}{kind} {attribute}="{libraries}/{file}">'

    changed = _CHARTS.sub("", text)
    changed = _LINK.sub(local, changed)
    changed = _LOGO.sub(f'src="{root}static/images/logo-long.png"', changed)
    changed = _DARK_LOGO.sub(f"url('{root}static/images/logo-long.png')", changed)
    changed = _ICON.sub(f'href="{root}static/images/favicon.ico"', changed)
    changed = _NEWSLETTER.sub("", changed)
    changed = _ELSEWHERE.sub(r"\1", changed)
    changed = _SUITES.sub(r"\1", changed)
    if changed != text:
        aside = page.with_suffix(".writing")
        aside.write_text(changed)
        aside.rename(page)


def _modules(log: Log) -> Path:
    """The folder of npm packages, installed where they are missing."""
    from orchestration.reports.toolchain import ensure_node_modules

    modules = ASSETS / "node_modules"
    if not modules.is_dir():
        log("installing what the pages of Great Expectations load (about 10 packages)")
    return ensure_node_modules(lambda message: None, ASSETS)


def _copy_libraries(modules: Path, target: Path) -> None:
    for file in _FILES.values():
        copy = target / file
        if not copy.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(modules / file, copy)
    for folder in _FOLDERS:
        shutil.copytree(modules / folder, target / folder, dirs_exist_ok=True)


def _prune(quality: Path) -> None:
    """Keep validations and pages of the newest runs.

    A run's folder holds folders named by time, such as 20260301T050000.000000Z.
    """
    newest: dict[str, str] = {}
    for folder in (quality / VALIDATIONS).rglob("*T*Z"):
        if folder.is_dir():
            run_id = folder.parent.name
            newest[run_id] = max(newest.get(run_id, ""), folder.name)
    kept = set(sorted(newest, key=newest.__getitem__)[-KEPT_RUNS:])
    for base in (quality / VALIDATIONS, quality / PAGES / VALIDATIONS):
        for folder in list(base.rglob("*T*Z")):
            if folder.parent.name not in kept:
                shutil.rmtree(folder.parent, ignore_errors=True)
