"""A large organisation, step by step: its extracts written, loaded, and built by dbt."""

from __future__ import annotations

from pathlib import Path

from benchmarks import build
from orchestration.landing import load_contracts, load_landing
from orchestration.sources.demo import write_demo
from orchestration.warehouse.connection import connect


def write(landing: str, people: int, quarters: int, seed: int) -> int:
    """All extracts, in as many processes as there are cores; the number of records."""
    written = write_demo(Path(landing), seed=seed, people=people, quarters=quarters)
    return sum(written.counts.values())


def load(landing: str, home: str) -> int:
    """All streams, as the job loads them; the number of records."""
    with connect(Path(home) / "warehouse.duckdb") as connection:
        loads = load_landing(connection, Path(landing), load_contracts())
    return sum(loaded.n_rows_loaded for loaded in loads)


def through_dbt(landing: str, home: str) -> int:
    """Seeds, models and tests, as the job builds them; the rows of the warehouse's tables."""
    build.through_dbt(landing, home, "build")
    with connect(Path(home) / "warehouse.duckdb", read_only=True) as connection:
        row = connection.execute(
            "select sum(estimated_size) from duckdb_tables() where schema_name != 'raw'"
        ).fetchone()
    return int(row[0]) if row else 0


def megabytes(folder: Path) -> float:
    """What the files of a folder take."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1024**2
