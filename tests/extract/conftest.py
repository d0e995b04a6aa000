"""A service of each vendor on this machine, a landing folder, and a way to extract."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.sources.api import (
    GITHUB,
    PAGERDUTY,
    Extracted,
    Options,
    extract_github,
    extract_pagerduty,
)
from orchestration.sources.api.client import Client
from tests.extract.github_service import REPOSITORY, GitHub
from tests.extract.pagerduty_service import PagerDuty
from tests.fixtures.rest_server import Server, serving

TOKEN = "ghp_never_to_be_seen_0123456789"
NOW = datetime(2026, 9, 10, tzinfo=UTC)


@dataclass
class Desk:
    """Extracts into a landing folder; sleeps are kept and not slept."""

    server: Server
    landing: Path
    said: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    timeout: tuple[float, float] = (2.0, 2.0)

    def client(self, service: Any) -> Client:
        return Client(
            service,
            self.server.url,
            TOKEN,
            log=self.said.append,
            sleep=self.slept.append,
            timeout=self.timeout,
        )

    def github(
        self, options: Options | None = None, now: datetime = NOW, name: str = REPOSITORY
    ) -> Extracted:
        return extract_github(
            self.client(GITHUB),
            name,
            self.landing,
            options or Options(),
            now=now,
            log=self.said.append,
        )

    def pagerduty(self, options: Options | None = None, now: datetime = NOW) -> Extracted:
        return extract_pagerduty(
            self.client(PAGERDUTY),
            self.landing,
            options or Options(),
            now=now,
            log=self.said.append,
        )

    def records(self, source: str = "github") -> dict[str, list[dict[str, Any]]]:
        """Landed records by stream, in order."""
        found: dict[str, list[dict[str, Any]]] = {}
        for file in sorted((self.landing / source).glob("*/*/*.jsonl.gz")):
            lines = gzip.decompress(file.read_bytes()).splitlines()
            found.setdefault(file.parts[-3], []).extend(json.loads(line) for line in lines)
        return found

    def shown(self) -> list[str]:
        """What a loader can see."""
        return sorted(
            file.relative_to(self.landing).as_posix()
            for file in self.landing.rglob("*")
            if file.is_file()
            and not any(part.startswith(".") for part in file.relative_to(self.landing).parts)
        )


@pytest.fixture
def github() -> GitHub:
    return GitHub()


@pytest.fixture
def pagerduty() -> PagerDuty:
    return PagerDuty()


@pytest.fixture
def desk(github: GitHub, tmp_path: Path) -> Iterator[Desk]:
    """At a service of GitHub."""
    with serving(github) as server:
        yield Desk(server, tmp_path / "landing")


@pytest.fixture
def pager(pagerduty: PagerDuty, tmp_path: Path) -> Iterator[Desk]:
    """At a service of PagerDuty."""
    with serving(pagerduty) as server:
        yield Desk(server, tmp_path / "landing")
