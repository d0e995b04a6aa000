"""The two extracts, from the token in the environment to files in the landing folder."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from orchestration.sources.api.client import Client, Log, Sleep
from orchestration.sources.api.errors import ExtractError
from orchestration.sources.api.github import GITHUB, Repository
from orchestration.sources.api.pagerduty import PAGERDUTY, Account
from orchestration.sources.api.run import Extracted, Options, extract
from orchestration.sources.api.service import Service

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.\.?$)[A-Za-z0-9._-]+")
_EVERYTHING = Options()


def connect(
    service: Service,
    url: str | None = None,
    *,
    log: Log = lambda message: None,
    sleep: Sleep | None = None,
) -> Client:
    """A client with the token of the environment. Raises ExtractError."""
    return Client(service, service.base(url), service.token(), log=log, sleep=sleep)


def extract_github(
    client: Client,
    repository: str,
    landing: Path,
    options: Options = _EVERYTHING,
    *,
    now: datetime | None = None,
    log: Log = lambda message: None,
) -> Extracted:
    """Write what is new in a repository of GitHub, `owner/name`. Raises ExtractError."""
    if not _REPOSITORY.fullmatch(repository):
        raise ExtractError(f"{repository!r} is no repository: write OWNER/REPO")
    # An owner's name has no dot: the first one divides.
    part = repository.lower().replace("/", ".")
    return extract(
        client,
        repository,
        part,
        lambda run: Repository(run, repository).read(),
        landing,
        options,
        now=now,
        log=log,
    )


def extract_pagerduty(
    client: Client,
    landing: Path,
    options: Options = _EVERYTHING,
    *,
    now: datetime | None = None,
    log: Log = lambda message: None,
) -> Extracted:
    """Write what is new in an account of PagerDuty. Raises ExtractError."""
    name = urlsplit(client.base).hostname or PAGERDUTY.source
    return extract(
        client, name, name, lambda run: Account(run).read(), landing, options, now=now, log=log
    )


__all__ = ["GITHUB", "PAGERDUTY", "connect", "extract_github", "extract_pagerduty"]
