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


def markdown(rows: Sequence[Row], scale: str) -> str:
    """A page with the machine's facts above one table."""
    lines = [
        "# Benchmark",
        "",
        f"{scale}.",
        "",
        *(f"- {fact}" for fact in machine_facts()),
        "- Medians of the runs; memory is the highest resident of any one process.",
        "",
        "| part | seconds | memory | bare DuckDB | memory | times | the bare one does | runs |",
        "|---|---:|---:|---:|---:|---:|---|---:|",
        *map(_line, rows),
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


def _seconds(value: float) -> str:
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"
