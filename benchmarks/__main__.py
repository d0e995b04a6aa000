"""`make bench`: measure each part and write one table."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import build, gate, load, scale, whole
from benchmarks.measure import CaseFailed, measure
from benchmarks.table import Row, Step, markdown
from orchestration.progress import say
from orchestration.sources.demo import write_demo
from orchestration.workspace import PROJECT_ROOT

PARTS = ("load", "build", "gate", "whole")
# Takes as long as the organisation is large, so only on request.
ON_REQUEST = ("scale",)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    rows: list[Row] = []
    steps: list[Step] = []
    with tempfile.TemporaryDirectory(prefix="fairlead-bench-") as scratch:
        measured: dict[str, Callable[[argparse.Namespace, Path], Iterator[Row | Step]]] = {
            "load": _load,
            "build": _build,
            "gate": _gate,
            "whole": _whole,
            "scale": _scale,
        }
        try:
            for part in options.only:
                for row in measured[part](options, Path(scratch)):
                    say(str(row))
                    if isinstance(row, Step):
                        steps.append(row)
                    else:
                        rows.append(row)
        except CaseFailed as problem:
            print(f"bench: {problem}", file=sys.stderr)
            return 1
    page = markdown(rows, _sizes(options), steps)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(page)
    print(page)
    say(f"written to {options.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each case")
    parser.add_argument("--pull-requests", type=int, default=200_000, help="records to load")
    parser.add_argument("--gate-people", type=int, default=10_000, help="people at the gate")
    parser.add_argument("--people", type=int, default=320, help="people of the demo")
    parser.add_argument("--quarters", type=int, default=6, help="quarters of the demo")
    parser.add_argument("--seed", type=int, default=7, help="seed of the demo")
    parser.add_argument("--only", nargs="+", choices=(*PARTS, *ON_REQUEST), default=PARTS)
    parser.add_argument("--out", type=Path, default=PROJECT_ROOT / "out" / "bench.md")
    return parser


def _sizes(options: argparse.Namespace) -> str:
    asked = set(options.only)
    demo = f"a demo organisation of {options.people:,} people and {options.quarters} quarters"
    sizes = [
        f"{options.pull_requests:,} pull requests to load" if "load" in asked else "",
        f"{demo} to build and run" if asked & {"build", "whole"} else "",
        f"{options.gate_people:,} people at the gate" if "gate" in asked else "",
        f"{demo} to write, load and build" if "scale" in asked else "",
    ]
    return "; ".join(filter(None, sizes)).capitalize()


def _load(options: argparse.Namespace, scratch: Path) -> Iterator[Row]:
    landing, home = scratch / "pull_requests", scratch / "load_home"
    say(f"load: writing {options.pull_requests:,} pull requests")
    load.write_pull_requests(landing, options.pull_requests)
    folders = {"landing": str(landing), "home": str(home)}

    def new_home() -> None:
        whole.remove(home)
        home.mkdir()

    say("load: measuring")
    case = measure("benchmarks.load:through_landing", options.runs, before=new_home, **folders)
    again = measure("benchmarks.load:through_landing", options.runs, before=None, **folders)
    least = measure("benchmarks.load:bare", options.runs, before=new_home, **folders)
    listing = measure("benchmarks.load:bare_list", options.runs, landing=str(landing))
    records = f"{options.pull_requests:,} pull requests"
    yield Row(f"load {records}", case, least, "reads the same keys and checks nothing")
    yield Row(f"load {records} again, nothing new", again, listing, "lists the files")


def _demo(options: argparse.Namespace, scratch: Path) -> Path:
    """The demo's landing folder and, below `loaded`, a home with its raw tables."""
    landing, loaded = scratch / "demo", scratch / "loaded"
    if not landing.exists():
        say(f"writing a demo organisation of {options.people} people")
        write_demo(landing, seed=options.seed, people=options.people, quarters=options.quarters)
        loaded.mkdir()
        build.load(str(landing), str(loaded))
    return landing


def _built(options: argparse.Namespace, scratch: Path) -> Path:
    """A home in which dbt has built everything once."""
    landing, built = _demo(options, scratch), scratch / "built"
    if not built.exists():
        say("building the demo once")
        build.copy_home(scratch / "loaded", built)
        build.through_dbt(str(landing), str(built), "build")
    return built


def _build(options: argparse.Namespace, scratch: Path) -> Iterator[Row]:
    landing, built, home = _demo(options, scratch), _built(options, scratch), scratch / "build_home"
    folders = {"landing": str(landing), "home": str(home)}
    n_models = len(build.compiled_models(built / "dbt"))

    def as_loaded() -> None:
        build.copy_home(scratch / "loaded", home)

    def as_built() -> None:
        build.copy_home(built, home)

    say("build: measuring")
    least = measure("benchmarks.build:bare", options.runs, as_built, home=str(home))
    does = f"runs the compiled SQL of {n_models} models in one process"
    case = measure("benchmarks.build:through_dbt", options.runs, as_built, command="run", **folders)
    yield Row("build the demo: models", case, least, does)
    case = measure(
        "benchmarks.build:through_dbt", options.runs, as_loaded, command="build", **folders
    )
    yield Row("build the demo: seeds, models and tests", case, least, does + ", no tests")


def _gate(options: argparse.Namespace, scratch: Path) -> Iterator[Row]:
    folder = scratch / "gate"
    say(f"gate: writing an organisation of {options.gate_people:,} people")
    gate.write_organisation(folder, options.gate_people)
    say("gate: measuring")
    case = measure("benchmarks.gate:through_gate", options.runs, folder=str(folder))
    least = measure("benchmarks.gate:bare", options.runs, folder=str(folder))
    part = f"gate for {options.gate_people:,} people"
    yield Row(part, case, least, "counts people per cohort and protects no hidden cell")


def _whole(options: argparse.Namespace, scratch: Path) -> Iterator[Row]:
    landing, home = _demo(options, scratch), scratch / "whole_home"
    built = _built(options, scratch)
    folders = {"landing": str(landing), "home": str(home)}

    def new_home() -> None:
        whole.remove(home)

    def bare_home() -> None:
        build.copy_home(built, scratch / "bare_home")

    say("whole: one run that is not counted, so that the site's shell is there")
    measure("benchmarks.whole:through_command", 1, before=new_home, **folders)
    say("whole: measuring")
    case = measure("benchmarks.whole:through_command", options.runs, before=new_home, **folders)
    again = measure("benchmarks.whole:through_command", options.runs, before=None, **folders)
    least = measure(
        "benchmarks.whole:bare",
        options.runs,
        bare_home,
        landing=str(landing),
        home=str(scratch / "bare_home"),
    )
    listing = measure("benchmarks.load:bare_list", options.runs, landing=str(landing))
    yield Row(
        "whole run, new home", case, least, "reads all files, runs the compiled SQL, writes Parquet"
    )
    yield Row("whole run, nothing changed", again, listing, "lists the files")


def _scale(options: argparse.Namespace, scratch: Path) -> Iterator[Step]:
    landing, home = scratch / "scale", scratch / "scale_home"
    home.mkdir()
    people, quarters = options.people, options.quarters
    say(f"scale: writing, loading and building {people:,} people and {quarters} quarters")
    case = measure(
        "benchmarks.scale:write",
        1,
        landing=str(landing),
        people=people,
        quarters=quarters,
        seed=options.seed,
    )
    yield Step("written", case, "records", scale.megabytes(landing))
    folders = {"landing": str(landing), "home": str(home)}
    case = measure("benchmarks.scale:load", 1, before=None, **folders)
    yield Step("loaded", case, "records", scale.megabytes(home))
    case = measure("benchmarks.scale:through_dbt", 1, before=None, **folders)
    yield Step("built: seeds, models and tests", case, "rows", scale.megabytes(home))


if __name__ == "__main__":
    sys.exit(main())
