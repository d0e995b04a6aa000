"""The whole `fairlead run`, and reading, computing and writing the same by DuckDB alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from benchmarks import build
from orchestration.workspace import PROJECT_ROOT


def through_command(landing: str, home: str) -> None:
    """The case: the command as a user starts it, imports included."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "orchestration.cli", "run"),
            *("--landing", landing, "--home", home),
        ],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise AssertionError(f"fairlead run failed: {done.stderr[-1500:]}")


def remove(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)


def bare(landing: str, home: str) -> None:
    """The least: every landed file read once, the compiled SQL, and Parquet; no site."""
    with duckdb.connect(Path(home) / "bare.duckdb") as connection:
        for folder in sorted(path for path in Path(landing).glob("*/*") if path.is_dir()):
            pattern, name = f"{folder}/*/*", f"{folder.parent.name}__{folder.name}"
            is_csv = next(folder.glob("*/*.csv*"), None) is not None
            reader = "read_csv" if is_csv else "read_ndjson_objects"
            options = ", union_by_name = true, all_varchar = true" if is_csv else ""
            connection.execute(
                f"create table \"{name}\" as select * from {reader}('{pattern}'{options})"
            )
    build.bare(home, release=f"{home}/bare_release")
