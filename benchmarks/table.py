"""The result as Markdown: what was measured, beside what, and on which machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from benchmarks.measure import Measurement

_PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster")


@dataclass(frozen=True)
class Row:
    """One part, the same by DuckDB alone, and what the difference buys."""

    part: str
    case: Measurement
    bare: Measurement
    bare_does: str

    def __str__(self) -> str:
        return f"{self.part}: {self.case.seconds:.2f} s, bare {self.bare.seconds:.2f} s"


@dataclass(frozen=True)
class Step:
    """One step of a large organisation, done once, and what it left on disk."""

    step: str
    case: Measurement
    made: str
    disk_megabytes: float

    def __str__(self) -> str:
        return f"{self.step}: {self.case.seconds:.1f} s"


def markdown(rows: Sequence[Row], scale: str, steps: Sequence[Step] = ()) -> str:
    """A page with the machine's facts above one table, and one more for a large organisation."""
    lines = [
        "# Benchmark",
        "",
        f"{scale}.",
        "",
        *(f"- {fact}" for fact in machine_facts()),
        "- Medians of the runs; memory is the highest resident of any one process.",
        "",
    ]
    if rows:
        lines += [
            "| part | seconds | memory | bare DuckDB | memory | times | the bare one does | runs |",
            "|---|---:|---:|---:|---:|---:|---|---:|",
            *map(_line, rows),
            "",
        ]
    if steps:
        lines += [
            "| step, once | seconds | CPU seconds | memory | made | on disk after it |",
            "|---|---:|---:|---:|---:|---:|",
            *map(_step_line, steps),
            "",
        ]
    return "\n".join(lines)


def machine_facts() -> list[str]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    load = os.getloadavg()[0]
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return [
        f"{cores} cores, {memory:.0f} GB of memory, {platform.system()} {platform.machine()}; "
        f"load average at the end {load:.1f}",
        f"Python {platform.python_version()}, {packages}",
    ]


def _line(row: Row) -> str:
    times = row.case.seconds / max(row.bare.seconds, 1e-9)
    return (
        f"| {row.part} | {_seconds(row.case.seconds)} | {row.case.peak_megabytes:,.0f} MB "
        f"| {_seconds(row.bare.seconds)} | {row.bare.peak_megabytes:,.0f} MB "
        f"| {times:.1f} | {row.bare_does} | {row.case.runs} |"
    )


def _step_line(step: Step) -> str:
    return (
        f"| {step.step} | {step.case.seconds:,.0f} | {step.case.cpu_seconds:,.0f} "
        f"| {step.case.peak_megabytes:,.0f} MB "
        f"| {step.case.result or 0:,} {step.made} | {step.disk_megabytes:,.0f} MB |"
    )


def _seconds(value: float) -> str:
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"
