"""`fairlead extract`: what each tool's extract takes, and what is said of it."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.progress import say
from orchestration.workspace import LANDING, parse_moment

if TYPE_CHECKING:
    from orchestration.sources.api import Options


def add_extract(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command with one tool each."""
    extract = commands.add_parser("extract", help="write extracts of a tool into a landing folder")
    tools = extract.add_subparsers(required=True, metavar="tool")

    git = tools.add_parser("git", help="local clones: commits, merged pull requests, releases")
    git.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="clones")
    _add_landing(git)
    git.add_argument("--branch", help="default: the remote's default branch, else the current one")
    git.add_argument(
        "--production-tags",
        metavar="PATTERN",
        help="regular expression for tags that count as a deployment to production;"
        " '' for none; default: versions such as v1.2.3",
    )
    git.set_defaults(command=_git)

    github = tools.add_parser(
        "github",
        help="repositories of GitHub, by its REST API; the token is in GITHUB_TOKEN",
    )
    github.add_argument("repositories", nargs="+", metavar="OWNER/REPO")
    _add_landing(github)
    _add_window(github, "GitHub Enterprise: https://HOST/api/v3")
    github.set_defaults(command=_github)

    pagerduty = tools.add_parser(
        "pagerduty",
        help="an account of PagerDuty, by its REST API; the token is in PAGERDUTY_TOKEN",
    )
    _add_landing(pagerduty)
    _add_window(pagerduty, "in the EU: https://api.eu.pagerduty.com")
    pagerduty.set_defaults(command=_pagerduty)


def _add_landing(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--landing",
        type=Path,
        default=LANDING,
        help="where to write the extracts; default: %(default)s",
    )


def _add_window(command: argparse.ArgumentParser, elsewhere: str) -> None:
    command.add_argument(
        "--since",
        type=parse_moment,
        help="what changed since then; default: since the last extract, at first everything",
    )
    command.add_argument(
        "--overlap-hours",
        type=_hours,
        help="how far before the end of the last extract to start, for what a service shows late"
        " (default 24)",
    )
    command.add_argument(
        "--stream",
        action="append",
        metavar="STREAM",
        help="for example deployments; can be given several times; default: all",
    )
    command.add_argument("--api-url", metavar="URL", help=f"another address; {elsewhere}")


def _hours(text: str) -> float:
    hours = float(text)
    if not 0 <= hours < 24 * 366:
        raise ValueError
    return hours


def _git(options: argparse.Namespace) -> int:
    from orchestration.sources.git import GitError, extract_repository
    from orchestration.sources.git.extract import VERSION

    options.landing.mkdir(parents=True, exist_ok=True)
    pattern = VERSION if options.production_tags is None else options.production_tags
    failed = 0
    for path in options.paths:
        try:
            found = extract_repository(
                path,
                options.landing.resolve(),
                branch=options.branch,
                production_tags=pattern,
                log=say,
            )
        except (GitError, re.error) as problem:
            print(f"fairlead: {problem}", file=sys.stderr)
            failed += 1
            continue
        print(str(found))
    return 1 if failed else 0


def _github(options: argparse.Namespace) -> int:
    """Every repository, whatever is wrong with one; without a token, none."""
    from orchestration.sources.api import GITHUB, ExtractError, TokenError, connect, extract_github

    failed = 0
    try:
        client = connect(GITHUB, options.api_url, log=say)
        for repository in options.repositories:
            try:
                landing = options.landing.resolve()
                print(str(extract_github(client, repository, landing, _options(options), log=say)))
            except TokenError:
                raise
            except ExtractError as problem:
                print(f"fairlead: {problem}", file=sys.stderr)
                failed += 1
    except ExtractError as problem:
        print(f"fairlead: {problem}", file=sys.stderr)
        failed += 1
    except KeyboardInterrupt:
        return _stopped()
    return 1 if failed else 0


def _pagerduty(options: argparse.Namespace) -> int:
    from orchestration.sources.api import PAGERDUTY, ExtractError, connect, extract_pagerduty

    try:
        client = connect(PAGERDUTY, options.api_url, log=say)
        print(str(extract_pagerduty(client, options.landing.resolve(), _options(options), log=say)))
    except ExtractError as problem:
        print(f"fairlead: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _stopped()
    return 0


def _stopped() -> int:
    print("fairlead: stopped; the same command goes on from here", file=sys.stderr)
    return 130


def _options(options: argparse.Namespace) -> Options:
    from orchestration.sources.api import OVERLAP_HOURS, Options

    overlap = OVERLAP_HOURS if options.overlap_hours is None else options.overlap_hours
    return Options(options.since, overlap, frozenset(options.stream or ()))
