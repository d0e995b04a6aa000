"""`fairlead demo` and `fairlead truths`: what they write, say and take away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.cli import main
from orchestration.sources.demo.planted import OCCURRENCES, TRUTHS

SIZE = ("--people", "60", "--quarters", "1")


def demo(landing: Path, *more: str) -> None:
    assert main(["demo", "--landing", str(landing), *SIZE, *more]) == 0


def files_of(landing: Path) -> dict[Path, int]:
    """Moments of the last change, by file below the landing folder."""
    return {
        path.relative_to(landing): path.stat().st_mtime_ns
        for path in landing.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def truths(landing: Path, *more: str) -> int:
    return main(["truths", "--landing", str(landing), *more])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    landing = tmp_path_factory.mktemp("command") / "demo"
    demo(landing)
    return landing


def test_truths_are_written_beside_the_landing_folder_with_their_ids(written: Path) -> None:
    document = json.loads((written.parent / "demo.truths.json").read_text("utf-8"))
    assert document["organisation"] == {
        "seed": 7,
        "people": 60,
        "quarters": 1,
        "clean_twin": False,
    }
    names = [truth["name"] for truth in document["truths"]]
    assert names
    assert [name for name in TRUTHS if name in names] == names
    assert all(truth["planted"] and truth["what"] for truth in document["truths"])
    assert {oddity["name"] for oddity in document["oddities"]} <= OCCURRENCES.keys()
    (owned,) = [truth for truth in document["truths"] if truth["name"] == "service_without_owner"]
    assert owned["planted"][0]["service_id"].startswith("S")


def test_each_truth_is_listed_with_what_was_planted_and_where_it_is_seen(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert truths(written) == 0
    said = capsys.readouterr().out
    assert "inherited_debt" in said
    assert "Seen: Leadership, Delivery and reliability, by inherited debt" in said
    assert "maturity_band inherited_debt, factor 2.0" in said
    assert "Seen: on no page yet" in said
    assert "monorepo" not in said
    truths(written, "--oddities")
    assert "monorepo" in capsys.readouterr().out


def test_every_page_that_shows_a_truth_exists() -> None:
    folder = Path(__file__).resolve().parents[2] / "reports"
    titles = {
        line.removeprefix("nav_title: ")
        for page in folder.glob("*/pages/*.md")
        for line in page.read_text("utf-8").splitlines()
        if line.startswith("nav_title: ")
    }
    shown = [truth.seen for truth in TRUTHS.values() if truth.seen]
    assert shown
    for seen in shown:
        audience, page = seen.partition(":")[0].split(", ")[:2]
        assert audience.lower() in {one.name for one in folder.iterdir()}
        assert page in titles


def test_a_demo_that_is_there_is_not_written_again(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_of(written)
    demo(written)
    assert "is in" in capsys.readouterr().out
    assert files_of(written) == before


def test_a_demo_that_lacks_a_file_is_written_again(tmp_path: Path) -> None:
    landing = tmp_path / "demo"
    demo(landing)
    before = files_of(landing)
    missing = next(iter(sorted(before)))
    (landing / missing).unlink()
    demo(landing)
    assert files_of(landing).keys() == before.keys()


def test_another_demo_takes_the_place_of_the_first_and_of_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    landing, other = tmp_path / "demo", tmp_path / "other"
    own = landing / "github" / "pull_requests" / "2026-10-01T00-00-00Z" / "own.jsonl"
    demo(landing, "--people", "100", "--quarters", "2")
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("{}\n")
    demo(landing, "--clean-twin")
    assert "give fairlead run another --home" in capsys.readouterr().out
    demo(other, "--clean-twin")
    assert files_of(landing).keys() == {*files_of(other), own.relative_to(landing)}
    assert not [path for path in landing.rglob("*") if path.is_dir() and not any(path.iterdir())]
    assert truths(landing) == 0
    assert "Nothing was planted" in capsys.readouterr().out


def test_without_a_demo_the_way_to_one_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert truths(tmp_path / "none") == 1
    assert "fairlead demo --landing" in capsys.readouterr().err


def test_too_few_people_are_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--landing", str(tmp_path / "demo"), "--people", "12"]) == 1
    assert "at least 60 people" in capsys.readouterr().err
