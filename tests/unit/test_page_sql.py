"""Queries of pages are found, put together and run without Node."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.reports.page_sql import Problem, check_folder, check_pages, queries
from orchestration.reports.site_data import SiteDataError
from tests.fixtures.leadership_release import write_leadership_release


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Path]:
    path = tmp_path / "figures.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select * from (values ('a', 1), ('it''s', 2)) as rows(name, value))"
            f" to '{path}' (format parquet)"
        )
    return {"figures": path}


def problems(tmp_path: Path, tables: dict[str, Path], **pages: str) -> list[Problem]:
    for folder in ("pages", "partials"):
        (tmp_path / folder).mkdir(exist_ok=True)
    for name, text in pages.items():
        folder = "partials" if name.startswith("partial") else "pages"
        (tmp_path / folder / f"{name}.md").write_text(text)
    return check_folder(
        tmp_path / "pages",
        partials=[tmp_path / "partials"],
        schema="leadership",
        tables=tables,
    )


def block(name: str, sql: str) -> str:
    return f"```sql {name}\n{sql}\n```\n"


@pytest.mark.parametrize("empty", [False, True])
def test_every_page_of_leadership_runs(tmp_path: Path, empty: bool) -> None:
    release = write_leadership_release(tmp_path, empty=empty)
    assert check_pages("leadership", release) == []


def test_a_broken_page_query_is_reported_with_its_page(
    tmp_path: Path, tables: dict[str, Path]
) -> None:
    found = problems(
        tmp_path,
        tables,
        good=block("all_rows", "from leadership.figures"),
        bad=block("wrong", "select no_such_column from leadership.figures"),
    )
    assert [(problem.page, problem.query) for problem in found] == [("bad.md", "wrong")]
    assert "no_such_column" in found[0].error


def test_a_query_may_use_another_query(tmp_path: Path, tables: dict[str, Path]) -> None:
    page = block("second", "from ${first} where value > 1") + block(
        "first", "from leadership.figures"
    )
    assert problems(tmp_path, tables, page=page) == []


def test_queries_that_use_each_other_are_reported(tmp_path: Path, tables: dict[str, Path]) -> None:
    page = block("first", "from ${second}") + block("second", "from ${first}")
    found = problems(tmp_path, tables, page=page)
    assert {problem.query for problem in found} == {"first", "second"}
    assert "circular" in found[0].error


def test_a_reference_to_nothing_is_reported(tmp_path: Path, tables: dict[str, Path]) -> None:
    found = problems(tmp_path, tables, page=block("first", "from ${absent}"))
    assert "absent" in found[0].error


def test_a_query_is_run_with_each_choice_of_its_input(
    tmp_path: Path, tables: dict[str, Path]
) -> None:
    page = (
        block("names", "select distinct name from leadership.figures")
        + block(
            "chosen",
            "select case when name = 'a' then 1 else error('only a works') end"
            " from leadership.figures where name = '${inputs.pick.value}'",
        )
        + '<Choice name="pick" title="Pick" data={names} value="name"/>'
    )
    found = problems(tmp_path, tables, page=page)
    assert [problem.query for problem in found] == ["chosen"]
    assert "only a works" in found[0].error


def test_an_input_that_is_not_on_the_page_is_reported(
    tmp_path: Path, tables: dict[str, Path]
) -> None:
    sql = "from leadership.figures where name = '${inputs.pick.value}'"
    found = problems(tmp_path, tables, page=block("chosen", sql))
    assert "no input on the page is called pick" in found[0].error


def test_a_query_in_a_partial_belongs_to_the_page_that_shows_it(
    tmp_path: Path, tables: dict[str, Path]
) -> None:
    found = problems(
        tmp_path,
        tables,
        page='{@partial "partial.md"}\n',
        partial=block("wrong", "from leadership.nowhere"),
    )
    assert [(problem.page, problem.query) for problem in found] == [("page.md", "wrong")]


def test_a_missing_partial_is_reported(tmp_path: Path, tables: dict[str, Path]) -> None:
    found = problems(tmp_path, tables, page='{@partial "gone.md"}')
    assert "gone.md" in found[0].error


def test_a_query_without_a_name_is_reported(tmp_path: Path, tables: dict[str, Path]) -> None:
    found = problems(tmp_path, tables, page="```sql\nselect 1\n```\n")
    assert "no name" in found[0].error


def test_only_query_blocks_are_queries() -> None:
    text = "```js\nlet a\n```\n" + block("one", "select 1") + "`sql two`"
    assert queries(text) == {"one": "select 1"}


def test_a_release_with_a_table_too_many_is_refused(tmp_path: Path) -> None:
    release = write_leadership_release(tmp_path)
    (release / "leadership" / "people.parquet").write_bytes(b"")
    with pytest.raises(SiteDataError, match="people"):
        check_pages("leadership", release)
