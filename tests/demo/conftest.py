"""Two demo organisations and the clean twin of one, written once and read once."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.sources.demo import EVERYTHING, DemoSummary, write_demo
from orchestration.sources.demo.planted import Occurrence

# The smallest organisation in which everything happens but what needs free teams, and one
# in which it all can be counted.
PEOPLE, QUARTERS = 60, 2
MANY_PEOPLE, MANY_QUARTERS = 320, 2

Json = dict[str, Any]


class Extracts:
    """All records of all visits, and the latest version of each."""

    def __init__(self, summary: DemoSummary) -> None:
        self.summary = summary
        self._visits: dict[tuple[str, str], dict[str, list[Json]]] = {}
        self._latest: dict[tuple[str, str, str], dict[Any, Json]] = {}

    def planted(self, name: str) -> list[Occurrence]:
        found = [item for item in self.summary.planted if item.name == name]
        assert found, f"{name} was not planted"
        return found

    def visits(self, source: str, stream: str) -> dict[str, list[Json]]:
        """The records of each visit, by the name of its folder, oldest first."""
        key = (source, stream)
        if key not in self._visits:
            folders = sorted((self.summary.folder / source / stream).iterdir())
            self._visits[key] = {folder.name: list(_records(folder)) for folder in folders}
        return self._visits[key]

    def all(self, source: str, stream: str) -> list[Json]:
        return [r for records in self.visits(source, stream).values() for r in records]

    def latest(self, source: str, stream: str, key: str = "id") -> dict[Any, Json]:
        name = (source, stream, key)
        if name not in self._latest:
            self._latest[name] = {record[key]: record for record in self.all(source, stream)}
        return self._latest[name]

    def snapshot(self, stream: str) -> list[Json]:
        """The people system's list as of the last visit."""
        return list(self.visits("people", stream).values())[-1]

    def rows_by(self, key: str, stream: str) -> dict[str, list[Json]]:
        """The rows of a list of the people system by one of its columns."""
        found: dict[str, list[Json]] = defaultdict(list)
        for row in self.snapshot(stream):
            found[row[key]].append(row)
        return found

    def services(self) -> dict[str, Json]:
        return {row["service_id"]: row for row in self.snapshot("services")}

    def identities(self, system: str) -> dict[str, str]:
        """Employees by what a tool calls them."""
        rows = self.snapshot("identities")
        return {row["identity"]: row["employee_id"] for row in rows if row["system"] == system}

    def pulls(self) -> dict[tuple[str, int], Json]:
        """Pull requests by repository and number."""
        return {
            (pull["base"]["repo"]["full_name"], pull["number"]): pull
            for pull in self.latest("github", "pull_requests").values()
        }

    def merge_requests(self) -> dict[tuple[str, int], Json]:
        """Merge requests by repository and number."""
        found = self.latest("gitlab", "merge_requests").values()
        return {(request["repository"], request["iid"]): request for request in found}


def _records(folder: Path) -> Iterator[Json]:
    for path in sorted(folder.iterdir()):
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                yield from map(json.loads, lines)
        else:
            with path.open(encoding="utf-8", newline="") as lines:
                yield from csv.DictReader(lines)


def repository_of(url: str) -> str:
    """The full name in an address of GitHub's API."""
    return "/".join(url.split("/repos/")[1].split("/")[:2])


def is_defect(issue: Json) -> bool:
    """Whether an issue of GitHub says by its type or by a label that it is a defect."""
    return bool(issue["type"]) or any(label["name"] == "bug" for label in issue["labels"])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def values(record: object, path: str) -> list[Any]:
    """What is at a dotted path of a contract; `[]` walks into a list."""
    here = [record]
    for part in path.split("."):
        name = part.removesuffix("[]")
        here = [item[name] for item in here if isinstance(item, dict) and name in item]
        if part.endswith("[]"):
            here = [item for items in here for item in items]
    return here


def _write(
    tmp_path_factory: pytest.TempPathFactory,
    people: int,
    quarters: int,
    plant: Iterable[str] = EVERYTHING,
) -> Extracts:
    folder = tmp_path_factory.mktemp("landing")
    return Extracts(write_demo(folder, people=people, quarters=quarters, plant=plant))


@pytest.fixture(scope="session")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Extracts:
    """The small organisation."""
    return _write(tmp_path_factory, PEOPLE, QUARTERS)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Extracts:
    """A few hundred people."""
    return _write(tmp_path_factory, MANY_PEOPLE, MANY_QUARTERS)


@pytest.fixture(scope="session")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Extracts:
    """The clean twin of the few hundred people."""
    return _write(tmp_path_factory, MANY_PEOPLE, MANY_QUARTERS, plant=())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share an organisation share a process, so that it is written once."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            names = set(getattr(item, "fixturenames", ()))
            group = "demo of many" if names & {"many", "twin"} else "demo"
            item.add_marker(pytest.mark.xdist_group(group))
