"""Every query of every page, run against a release without Node.

`python -m orchestration.reports.page_sql leadership home/releases/2026-10-14`
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.reports.places import SHARED, site_source
from orchestration.reports.site_data import SiteDataError, release_files

PARTIAL = re.compile(r'\{@partial\s+"(.*?)"\s*\}')
QUERY = re.compile(r"^```sql[ \t]+(\w+)[ \t]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
UNNAMED = re.compile(r"^```sql[ \t]*$", re.MULTILINE)
REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
INPUT = re.compile(r"inputs\.(\w+)(?:\.(?:value|label))?")
CHOICE = re.compile(r"<Choice\b[^>]*>")
ATTRIBUTE = re.compile(r"""(\w+)=(?:\{(\w+)\}|"([^"]*)"|'([^']*)'|(\w+))""")


@dataclass(frozen=True, order=True)
class Problem:
    """A query that does not run: its page (below `pages`), its name and the reason.

    may_quote: the reason is DuckDB's, which can quote a value of the tables.
    """

    page: str
    query: str
    error: str
    may_quote: bool = False

    def __str__(self) -> str:
        return f"{self.page}: {self.query}: {self.error}"


def check_pages(audience: str, release_dir: Path) -> list[Problem]:
    """Run all queries of the audience's pages; the tables are `<audience>.<table>`.

    Returns the problems, none when every page works. Raises SiteDataError when the
    release itself is not fit for the site.
    """
    return check_folder(
        site_source(audience) / "pages",
        partials=[site_source(audience) / "partials", SHARED / "partials"],
        schema=audience,
        tables=release_files(audience, release_dir),
    )


def check_folder(
    pages: Path, *, partials: list[Path], schema: str, tables: Mapping[str, Path]
) -> list[Problem]:
    """Run the queries of all pages below a folder; `tables` is name → Parquet file."""
    with duckdb.connect() as connection:
        connection.execute(f'create schema "{schema}"')
        for table, path in tables.items():
            location = str(path).replace("'", "''")
            connection.execute(
                f'create view "{schema}"."{table}" as from read_parquet(\'{location}\')'
            )
        # Pages see tables and nothing else, as in the browser.
        connection.execute(f"set search_path = '{schema}'")
        problems: list[Problem] = []
        for page in sorted(pages.rglob("*.md")):
            problems += _check_page(page, pages, partials, connection)
    return sorted(problems)


def page_text(page: Path, partials: list[Path]) -> str:
    """A page with its partials put in, as the site builder reads it.

    Raises FileNotFoundError for a partial that no folder has.
    """

    def content(match: re.Match[str]) -> str:
        for folder in partials:
            if (folder / match.group(1)).is_file():
                return (folder / match.group(1)).read_text()
        raise FileNotFoundError(f'there is no partial "{match.group(1)}"')

    return PARTIAL.sub(content, page.read_text())


def queries(text: str) -> dict[str, str]:
    """Name → SQL of each query block of a page, as written."""
    return {match.group(1): match.group(2).strip() for match in QUERY.finditer(text)}


def _check_page(
    page: Path, pages: Path, partials: list[Path], connection: duckdb.DuckDBPyConnection
) -> Iterator[Problem]:
    name = page.relative_to(pages).as_posix()
    try:
        text = page_text(page, partials)
    except FileNotFoundError as error:
        yield Problem(name, "–", str(error))
        return
    if UNNAMED.search(text):
        yield Problem(name, "–", "a query has no name: write ```sql name")
    written = queries(text)
    inputs = _inputs(text)
    for query in written:
        try:
            for sql in _variants(query, written, inputs, connection):
                connection.execute(sql).fetchall()
        except duckdb.Error as error:
            yield Problem(name, query, str(error).strip(), may_quote=True)
        except ValueError as error:
            yield Problem(name, query, str(error))


def _variants(
    query: str,
    written: Mapping[str, str],
    inputs: Mapping[str, Mapping[str, str]],
    connection: duckdb.DuckDBPyConnection,
) -> list[str]:
    """The SQL of a query, references resolved, once for each choice of its inputs.

    An input that lists no choices (its query has no rows) is tried with an empty text.
    """
    sql = _resolved(query, written, ())
    variants = [sql]
    for name in dict.fromkeys(INPUT.findall(sql)):
        if name not in inputs:
            raise ValueError(f"no input on the page is called {name}")
        choices = _choices(inputs[name], written, connection) or [""]
        placeholder = re.compile(rf"\$\{{\s*inputs\.{name}(?:\.(?:value|label))?\s*\}}")
        variants = [
            str(choice).replace("'", "''").join(placeholder.split(variant))
            for variant in variants
            for choice in choices
        ]
    return variants


def _resolved(query: str, written: Mapping[str, str], within: tuple[str, ...]) -> str:
    if query in within:
        raise ValueError(f"circular reference: {' → '.join((*within, query))}")

    def replacement(match: re.Match[str]) -> str:
        expression = match.group(1)
        if expression in written:
            return f"({_resolved(expression, written, (*within, query))})"
        if INPUT.fullmatch(expression):
            return match.group(0)
        raise ValueError(f"there is no query or input called {expression or '(nothing)'}")

    return REFERENCE.sub(replacement, written[query])


def _inputs(text: str) -> dict[str, dict[str, str]]:
    """Input name → its attributes."""
    found = {}
    for tag in CHOICE.findall(text):
        attributes = {
            name: next((value for value in values if value), "")
            for name, *values in ATTRIBUTE.findall(tag)
        }
        if "name" in attributes:
            found[attributes["name"]] = attributes
    return found


def _choices(
    attributes: Mapping[str, str],
    written: Mapping[str, str],
    connection: duckdb.DuckDBPyConnection,
) -> list[object]:
    data = attributes.get("data", "")
    if data not in written:
        raise ValueError(f"the input {attributes['name']} reads {data or 'nothing'}: no such query")
    column = attributes.get("value", "value")
    sql = f'select distinct "{column}" from ({_resolved(data, written, ())}) order by 1'
    return [row[0] for row in connection.execute(sql).fetchall()]


def main(arguments: list[str] | None = None) -> int:
    """Check an audience's pages against a release; the exit code is 1 with problems."""
    words = sys.argv[1:] if arguments is None else arguments
    if len(words) != 2:
        print("usage: python -m orchestration.reports.page_sql AUDIENCE RELEASE_FOLDER")
        return 2
    try:
        problems = check_pages(words[0], Path(words[1]))
    except (SiteDataError, ValueError) as error:
        print(error)
        return 1
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
