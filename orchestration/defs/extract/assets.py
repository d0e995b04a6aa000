"""Extracts by the REST APIs of tools as assets, and the job that makes them.

Not part of the main job: the sensor on the landing folder starts that when files arrive. Tokens
are in GITHUB_TOKEN and PAGERDUTY_TOKEN; a source that is not set up is passed over.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from dagster import (
    AssetExecutionContext,
    AssetKey,
    Config,
    Definitions,
    MaterializeResult,
    asset,
    define_asset_job,
    definitions,
    in_process_executor,
)
from pydantic import Field

from orchestration.defs.alerts import alert_on_failure
from orchestration.defs.retries import retried
from orchestration.progress import say
from orchestration.sources.api import (
    GITHUB,
    OVERLAP_HOURS,
    PAGERDUTY,
    Extracted,
    ExtractError,
    Options,
    ServiceUnavailable,
    TokenError,
    connect,
    extract_github,
    extract_pagerduty,
)
from orchestration.sources.api.notes import iso
from orchestration.workspace import Workspace, parse_moment

GROUP = "extract"


class Window(Config):
    """What to read; empty texts and lists leave the choice to the environment or the default."""

    since: str = Field("", description="ISO 8601; default: since the last extract.")
    overlap_hours: float = Field(OVERLAP_HOURS, description="Hours before the last end.")
    streams: list[str] = Field([], description="Default: all.")
    api_url: str = Field("", description="Default: FAIRLEAD_GITHUB_URL, FAIRLEAD_PAGERDUTY_URL.")

    def options(self) -> Options:
        since = parse_moment(self.since) if self.since else None
        return Options(since, self.overlap_hours, frozenset(self.streams))


class Repositories(Window):
    """`repositories`, each OWNER/REPO; default: FAIRLEAD_GITHUB_REPOSITORIES, by spaces."""

    repositories: list[str] = Field([], description="Default: FAIRLEAD_GITHUB_REPOSITORIES.")

    def named(self) -> list[str]:
        return self.repositories or os.environ.get("FAIRLEAD_GITHUB_REPOSITORIES", "").split()


def metadata(extracts: Sequence[Extracted]) -> dict[str, int | str]:
    """Records by stream and the window that was asked for; never a value of a record."""
    found: dict[str, int | str] = {}
    for one in extracts:
        for stream, n_records in one.records.items():
            found[stream] = int(found.get(stream, 0)) + n_records
    starts = [start for one in extracts for start in one.since.values()]
    known = [start for start in starts if start]
    if extracts:
        found["since"] = iso(min(known)) if len(known) == len(starts) else "the beginning"
        found["until"] = iso(max(one.until for one in extracts))
    return found


@asset(
    key=[GROUP, "github"],
    group_name=GROUP,
    description="What is new in the repositories of GitHub. One file per repository and stream.",
    kinds={"github"},
)
def github(context: AssetExecutionContext, config: Repositories) -> MaterializeResult:
    names = config.named()
    if not names:
        context.log.info("no repositories are named: set FAIRLEAD_GITHUB_REPOSITORIES")
        return MaterializeResult(metadata={"repositories": 0})
    with retried():
        client = connect(GITHUB, _url(config, "FAIRLEAD_GITHUB_URL"), log=say)
        found, refused = [], []
        for name in names:
            try:
                found.append(extract_github(client, name, _landing(), config.options(), log=say))
            except (ServiceUnavailable, TokenError):
                raise
            except ExtractError as problem:
                refused.append(str(problem))
        if refused:
            raise ExtractError("\n".join(refused))
    return MaterializeResult(metadata={"repositories": len(names), **metadata(found)})


@asset(
    key=[GROUP, "pagerduty"],
    group_name=GROUP,
    description="What is new in the account of PagerDuty. One file per stream.",
    kinds={"pagerduty"},
)
def pagerduty(context: AssetExecutionContext, config: Window) -> MaterializeResult:
    if not os.environ.get(PAGERDUTY.token_variable):
        context.log.info(f"{PAGERDUTY.token_variable} is not set: nothing to extract")
        return MaterializeResult(metadata={"accounts": 0})
    with retried():
        client = connect(PAGERDUTY, _url(config, "FAIRLEAD_PAGERDUTY_URL"), log=say)
        found = extract_pagerduty(client, _landing(), config.options(), log=say)
    return MaterializeResult(metadata={"accounts": 1, **metadata([found])})


def _landing() -> Path:
    return Workspace.from_environment().landing


def _url(config: Window, variable: str) -> str | None:
    return config.api_url or os.environ.get(variable) or None


extract = define_asset_job(
    "extract",
    selection=[AssetKey([GROUP, "github"]), AssetKey([GROUP, "pagerduty"])],
    executor_def=in_process_executor,
    hooks={alert_on_failure},
    description="Extracts of GitHub and PagerDuty into the landing folder.",
)


@definitions
def defs() -> Definitions:
    return Definitions(assets=[github, pagerduty], jobs=[extract])
