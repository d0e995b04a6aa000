"""`fairlead demo` and `fairlead truths`."""

from __future__ import annotations

import argparse
from pathlib import Path

from orchestration.progress import say
from orchestration.workspace import DEMO, WorkspaceError


def add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both commands."""
    demo = commands.add_parser("demo", help="write the demo organisation's extracts")
    demo.add_argument(
        "--landing", type=Path, default=DEMO, help="where to write them; default: %(default)s"
    )
    demo.add_argument("--seed", type=int, default=7)
    demo.add_argument("--people", type=int, default=320)
    demo.add_argument("--quarters", type=int, default=6)
    demo.add_argument(
        "--clean-twin",
        action="store_true",
        help="the same people, teams and services, and nothing planted among them",
    )
    demo.set_defaults(command=_demo)

    truths = commands.add_parser(
        "truths", help="list what was planted in the demo organisation, and where it is seen"
    )
    truths.add_argument(
        "--landing",
        type=Path,
        default=DEMO,
        help="where the demo was written; default: %(default)s",
    )
    truths.add_argument(
        "--oddities", action="store_true", help="list the oddities of the data, too"
    )
    truths.set_defaults(command=_truths)


def _demo(options: argparse.Namespace) -> int:
    from orchestration.sources.demo import EVERYTHING, write_demo
    from orchestration.sources.demo.ground_truth import truths_file, write_truths
    from orchestration.sources.demo.stamp import is_current, leave_stamp

    landing: Path = options.landing.resolve()
    size = {"seed": options.seed, "people": options.people, "quarters": options.quarters}
    scale = {**size, "clean_twin": options.clean_twin}
    if is_current(landing, scale) and truths_file(landing).is_file():
        print(f"The demo organisation is in {options.landing} already.")
        return 0
    plant = () if options.clean_twin else EVERYTHING
    try:
        summary = write_demo(landing, **size, plant=plant, log=say)
    except ValueError as problem:
        raise WorkspaceError(f"The demo cannot be written: {problem}.") from None
    n_removed = leave_stamp(landing, scale, summary.files)
    truths = write_truths(landing, scale, summary.planted)
    n_records = sum(summary.counts.values())
    print(f"The demo organisation: {n_records:,} records in {options.landing}")
    print(f"What was planted in it: {truths.relative_to(landing.parent)}, or fairlead truths")
    if n_removed:
        print(
            f"{n_removed:,} files of another demo organisation are gone. A home that loaded them"
            " holds both: give fairlead run another --home, or make run another STATE."
        )
    return 0


def _truths(options: argparse.Namespace) -> int:
    from orchestration.sources.demo.ground_truth import NoTruths, told

    try:
        for line in told(options.landing.resolve(), oddities=options.oddities):
            print(line)
    except NoTruths as problem:
        raise WorkspaceError(str(problem)) from None
    return 0
