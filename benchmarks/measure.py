"""Timing in processes of their own, so that one case leaves nothing warm for the next."""

from __future__ import annotations

import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.workspace import PROJECT_ROOT

_MARK = "measured:"


@dataclass(frozen=True)
class Measurement:
    """Median seconds of `runs` runs, and the highest peak memory of any of them. Of the last:
    the processors' time, all processes together, and what it returned."""

    seconds: float
    peak_megabytes: float
    runs: int
    cpu_seconds: float = 0
    result: int | None = None


class CaseFailed(Exception):
    """A case did not end well; the message carries the end of its output."""


def measure(
    case: str, runs: int, before: Callable[[], None] | None = None, **options: object
) -> Measurement:
    """Run `module:function` with options that JSON can carry, `runs` times.

    `before` is called ahead of each run and not timed. Imports are not timed either, unless
    the function starts processes of its own. Raises CaseFailed.
    """
    outcomes = []
    for _ in range(runs):
        if before:
            before()
        outcomes.append(_in_own_process(case, options))
    return Measurement(
        seconds=statistics.median(outcome["seconds"] for outcome in outcomes),
        peak_megabytes=max(outcome["peak_megabytes"] for outcome in outcomes),
        runs=runs,
        cpu_seconds=outcomes[-1]["cpu_seconds"],
        result=outcomes[-1]["result"],
    )


def _in_own_process(case: str, options: dict[str, object]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.measure", case, json.dumps(options)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
    )
    marked = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if done.returncode != 0 or not marked:
        raise CaseFailed(f"{case} failed:\n{(done.stdout + done.stderr)[-2000:]}")
    measured: dict[str, Any] = json.loads(marked[-1].removeprefix(_MARK))
    return measured


def _peak_megabytes() -> float:
    """The highest resident memory of this process or of any single child of it."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    status = Path("/proc/self/status")
    if not status.exists():
        # Elsewhere than on Linux the kernel's own figure has to do; it is in bytes there.
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return max(own, children) / 1024**2
    # ru_maxrss of a new process starts at its parent's; the high-water mark does not.
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return max(int(line.split()[1]), children) / 1024


def _main(case: str, options: str) -> None:
    module, _, name = case.partition(":")
    function = getattr(importlib.import_module(module), name)
    started = time.perf_counter()
    result = function(**json.loads(options))
    measured = {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": sum(os.times()[:4]),
        "peak_megabytes": _peak_megabytes(),
        "result": result,
    }
    print(_MARK + json.dumps(measured))


if __name__ == "__main__":
    _main(*sys.argv[1:])
