"""The `fairlead` command."""

from __future__ import annotations

import argparse
import atexit
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from orchestration.progress import say
from orchestration.sources.commands.demo import add_demo
from orchestration.sources.commands.extract import add_extract
from orchestration.workspace import HOME, LANDING, Workspace, WorkspaceError, parse_moment

if TYPE_CHECKING:
    from orchestration.run import RunOutcome


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 failed, 2 wrong usage."""
    from orchestration.run import RunFailed

    try:
        options = _parser().parse_args(arguments)
        exit_code: int = options.command(options)
    except (WorkspaceError, RunFailed) as problem:
        print(f"fairlead: {problem}", file=sys.stderr)
        return 1
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fairlead",
        description="From raw engineering extracts to fair performance reports.",
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    run = commands.add_parser(
        "run", help="load, build, check, release and publish a landing folder"
    )
    _add_folders(run)
    _add_as_of(run)
    run.set_defaults(command=_run)

    reload = commands.add_parser(
        "reload", help="read extracts again that are loaded already (backfill), then run"
    )
    _add_folders(reload)
    reload.add_argument(
        "--stream",
        action="append",
        metavar="SOURCE/STREAM",
        help="for example github/deployments; can be given several times; default: all",
    )
    reload.add_argument("--since", type=parse_moment, help="extracts of this time and later")
    reload.add_argument("--until", type=parse_moment, help="extracts before this time")
    _add_as_of(reload)
    reload.set_defaults(command=_reload)

    check = commands.add_parser(
        "check", help="say what is wrong in a landing folder, row by row, and load nothing"
    )
    _add_landing(check)
    check.add_argument("--strict", action="store_true", help="warnings fail, too")
    check.add_argument(
        "--limit", type=int, default=20, help="rows shown per file, field and reason (default 20)"
    )
    check.set_defaults(command=_check)

    contracts = commands.add_parser(
        "contracts", help="print what is collected and why: every stream and key, as Markdown"
    )
    contracts.set_defaults(command=_contracts)

    add_extract(commands)

    dev = commands.add_parser("dev", help="Dagster's user interface over a landing folder")
    _add_folders(dev)
    dev.add_argument("--port", type=int, default=3000)
    dev.set_defaults(command=_dev)

    add_demo(commands)

    serve = commands.add_parser("serve", help="show the published sites on this machine")
    serve.add_argument("--home", type=Path, default=HOME, help="default: %(default)s")
    serve.add_argument("--port", type=int, default=8400)
    serve.set_defaults(command=_serve)
    return parser


def _add_folders(command: argparse.ArgumentParser) -> None:
    """The two folders that every command over an organisation's data works on."""
    _add_landing(command)
    command.add_argument(
        "--home", type=Path, default=HOME, help="all state of the runs; default: %(default)s"
    )


def _add_landing(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--landing", type=Path, default=LANDING, help="where extracts arrive; default: %(default)s"
    )


def _add_as_of(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--as-of",
        type=parse_moment,
        help="the end of what is counted; default: the newest extract",
    )


def _workspace(options: argparse.Namespace) -> Workspace:
    return Workspace(
        landing=options.landing.resolve(),
        home=options.home.resolve(),
        as_of=options.as_of,
    )


def _run(options: argparse.Namespace) -> int:
    from orchestration.run import run

    workspace = _workspace(options)
    _tell(workspace, run(workspace))
    return 0


def _reload(options: argparse.Namespace) -> int:
    from orchestration.landing import load_contracts
    from orchestration.run import Reload, run

    contracts = {f"{source}/{name}": stream for (source, name), stream in load_contracts().items()}
    names = options.stream or list(contracts)
    unknown = [name for name in names if name not in contracts]
    if unknown:
        raise WorkspaceError(
            f"no such stream: {', '.join(unknown)}. Streams are {', '.join(contracts)}."
        )
    workspace = _workspace(options)
    again = Reload([contracts[name] for name in names], options.since, options.until)
    _tell(workspace, run(workspace, again))
    return 0


def _check(options: argparse.Namespace) -> int:
    from orchestration.landing import load_contracts
    from orchestration.landing.check import ERROR, WARNING, check_landing, shown

    if not options.landing.is_dir():
        raise WorkspaceError(
            f"There is no landing folder {options.landing}. Give the one to look at: --landing."
        )
    checked = check_landing(options.landing.resolve(), load_contracts(), log=say)
    for line in shown(checked.findings, options.limit):
        print(line)
    n_errors, n_warnings = checked.count(ERROR), checked.count(WARNING)
    print(
        f"{n_errors:,} errors, {n_warnings:,} warnings;"
        f" {checked.n_files:,} files, {checked.n_rows:,} rows"
    )
    return 1 if n_errors or (options.strict and n_warnings) else 0


def _contracts(options: argparse.Namespace) -> int:
    from orchestration.landing import load_contracts
    from orchestration.landing.allow_list import allow_list

    print(allow_list(load_contracts()), end="")
    return 0


def _tell(workspace: Workspace, outcome: RunOutcome) -> None:
    if not outcome.changed:
        print("Nothing changed since the last run: no new extracts, same project.")
    print(f"warehouse  {workspace.warehouse}")
    print(f"published  {workspace.reporting}")
    print(f"release    {outcome.release}")
    for site in outcome.sites:
        print(f"site       {site / 'index.html'}")
    print(f"To read the sites: fairlead serve --home {workspace.home}")


def _dev(options: argparse.Namespace) -> int:
    from orchestration.warehouse.project import ensure_manifest

    workspace = Workspace(options.landing.resolve(), options.home.resolve())
    workspace.prepare()
    ensure_manifest()
    environment = os.environ | workspace.to_environment()
    command = ["dagster", "dev", "-m", "orchestration.definitions"]
    return subprocess.run(
        [sys.executable, "-m", *command, "--port", str(options.port)], env=environment
    ).returncode


def _serve(options: argparse.Namespace) -> int:
    from orchestration.reports.serve import serve

    serve(options.home / "sites", options.port)
    return 0


def console() -> NoReturn:
    """The console script: ends the process without taking the interpreter apart.

    DuckDB's library would then list, over pages, objects that other libraries still hold.
    """
    exit_code = main()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_code)


if __name__ == "__main__":
    console()
