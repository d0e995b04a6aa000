"""What is published is the gate applied to what was recomputed, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import pandas as pd
import pytest

from quality.privacy.gate import NO_DATA, PUBLISHED, WITHHELD
from tests.truth.conftest import Recomputed
from tests.truth.gated import gated
from tests.truth.printed import Row, half_up, printed, two_digits
from tests.truth.recompute import pages

PAGE_FAMILIES = pages()
# How far a figure can be relied on is tested where it is computed, in tests/statistics.
NOT_COMPARED = {"confidence"}


@pytest.fixture(scope="module")
def cells(demo: Recomputed) -> pd.DataFrame:
    return gated(demo.facts, demo.figures)


def published(demo: Recomputed, table: str) -> list[Row]:
    with duckdb.connect(demo.home / "reporting.duckdb", read_only=True) as connection:
        found = connection.execute(f"select * from leadership.{table}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def on_page(demo: Recomputed, page_family: str) -> dict[str, Row]:
    return {
        row["cell_id"]: {key: row[key] for key in row.keys() - NOT_COMPARED}
        for row in published(demo, page_family)
    }


def unlike(told: dict[str, Row], truth: dict[str, Row]) -> Iterator[str]:
    """What is published and what should be; both may be seen by everyone."""
    for cell in sorted(told.keys() | truth.keys()):
        if cell not in truth or cell not in told:
            yield f"{cell}: {'published alone' if cell in told else 'not published'}"
            continue
        for column in sorted(told[cell].keys() | truth[cell].keys()):
            one, other = told[cell].get(column), truth[cell].get(column)
            if one != other:
                yield f"{cell}: {column} is {one} and should be {other}"


@pytest.mark.parametrize("page_family", PAGE_FAMILIES)
def test_what_is_published_is_the_gate_applied_to_what_was_recomputed(
    demo: Recomputed, cells: pd.DataFrame, page_family: str
) -> None:
    told = on_page(demo, page_family)
    assert told
    found = list(unlike(told, printed(cells, page_family)))
    if found:
        pytest.fail(f"{len(found)} differ\n" + "\n".join(found[:20]), pytrace=False)


def test_the_demo_has_cells_of_every_kind(cells: pd.DataFrame) -> None:
    assert set(cells["decision"]) == {PUBLISHED, WITHHELD, NO_DATA}


def test_a_figure_that_is_a_little_off_is_seen_once_it_is_printed(
    demo: Recomputed, cells: pd.DataFrame
) -> None:
    is_own = cells["profile_id"] == "fairlead"
    shown = cells[is_own & (cells["decision"] == PUBLISHED) & (cells["value"] > 0)]
    wrong = cells.assign(value=cells["value"].where(cells.index != shown.index[0], 2.5))
    page_family = shown.iloc[0]["page_family"]
    found = list(unlike(on_page(demo, page_family), printed(wrong, page_family)))
    assert {line.split(":")[0] for line in found} == {shown.iloc[0]["cell_id"]}


def test_definitions_of_others_are_published_of_the_whole_as_the_gate_decides(
    demo: Recomputed, cells: pd.DataFrame
) -> None:
    """The words of each definition stand in its seed; its figures are compared here."""
    figures = ("status", "value", "value_text", "people_band", "excluded_band", "unit")
    truth = {
        cell: {key: row[key] for key in figures}
        for cell, row in printed(cells, "delivery", of_all_profiles=True).items()
        if row["cohort_family"] == "organisation"
    }
    told = {
        row["cell_id"]: {key: row[key] for key in figures} for row in published(demo, "definitions")
    }
    assert len({cell.count(" | ") for cell in told}) == 2
    assert told.keys() <= truth.keys()
    found = list(unlike(told, {cell: truth[cell] for cell in told}))
    if found:
        pytest.fail(f"{len(found)} differ\n" + "\n".join(found[:20]), pytrace=False)
    others = {cell for cell in truth if cell.count(" | ") == 5}
    assert others <= told.keys()


def test_every_number_of_the_brief_is_one_that_is_published(
    demo: Recomputed, cells: pd.DataFrame
) -> None:
    known: set[str] = set()
    for page_family in PAGE_FAMILIES:
        for row in printed(cells, page_family).values():
            if row["cohort_key"] == "all" and row["status"] == "shown":
                known |= numbers(row["value_text"])
    sentences = published(demo, "brief")
    assert sentences
    for row in sentences:
        assert numbers(row["sentence"]) <= known


def numbers(text: str) -> set[str]:
    """Without the names of quarters."""
    return set(re.findall(r"\d+(?:\.\d+)?", re.sub(r"\d{4}-Q\d", "", text)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (0.0254, 0.025),
        (0.0255001, 0.026),
        (1.25, 1.3),
        (9.96, 10),
        (12.5, 13),
        (1349, 1300),
    ],
)
def test_two_digits_are_kept_and_a_half_goes_up(value: float, expected: float) -> None:
    assert two_digits(value) == pytest.approx(expected)


def test_a_half_goes_away_from_zero() -> None:
    assert [half_up(one, 0) for one in (0.5, 1.5, 2.5, -0.5)] == [1, 2, 3, -1]
