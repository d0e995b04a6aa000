"""The dbt project as files: which they are, and the project as dbt parsed them."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from orchestration.files import alone, sha256_of_all
from orchestration.warehouse.artifacts import MANIFEST, PARSED, PARTIAL_PARSE
from orchestration.workspace import DBT_PROJECT, PROJECT_ROOT

_STAMP = PARSED / "manifest.sources"
_SOURCES = ("*.sql", "*.py", "*.yml", "*.csv", "*.md")
_PARSERS = ("dbt-core", "dbt-duckdb")


class ManifestError(Exception):
    """dbt could not parse the project; the message carries dbt's own words."""


def policy_version() -> str:
    """The content hash of the policy seeds, 12 hex digits."""
    seeds = sorted((DBT_PROJECT / "seeds" / "policy").glob("*.csv"))
    return sha256_of_all(seeds, PROJECT_ROOT)[:12]


def project_files() -> list[Path]:
    """Every file that decides what dbt builds."""
    files = {
        file
        for pattern in _SOURCES
        for folder in ("models", "macros", "seeds", "tests")
        for file in (DBT_PROJECT / folder).rglob(pattern)
    }
    return sorted(files | {DBT_PROJECT / "dbt_project.yml", PROJECT_ROOT / "profiles.yml"})


def project_arguments(target: Path) -> list[str]:
    """Options of every dbt command: which project, which profile, and where results go."""
    return [
        *("--project-dir", os.fspath(DBT_PROJECT)),
        *("--profiles-dir", os.fspath(PROJECT_ROOT)),
        *("--target-path", os.fspath(target)),
    ]


def ensure_manifest() -> Path:
    """Parse the project where its files, or dbt, changed since the last time.

    Raises ManifestError with dbt's message.
    """
    manifest = PARSED / MANIFEST
    stamp = _stamp()
    if _is_parsed(stamp):
        return manifest
    with alone(PARSED / "parsing.lock"):
        if not _is_parsed(stamp):
            _parse()
            _STAMP.write_text(stamp)
    return manifest


def _stamp() -> str:
    parsers = (f"{parser} {version(parser)}" for parser in _PARSERS)
    return " ".join((sha256_of_all(project_files(), PROJECT_ROOT), *parsers))


def _is_parsed(stamp: str) -> bool:
    made = all((PARSED / file).exists() for file in (MANIFEST, PARTIAL_PARSE, _STAMP.name))
    return made and _STAMP.read_text() == stamp


def _parse() -> None:
    # A process of its own: dbt leaves settings of logs and connections behind.
    _STAMP.unlink(missing_ok=True)
    done = subprocess.run(
        [
            os.fspath(Path(sys.executable).with_name("dbt")),
            *("--quiet", "--no-use-colors", "--log-level-file", "none", "parse"),
            *project_arguments(PARSED),
        ],
        # The profile names files below home; parsing opens none of them.
        env={"FAIRLEAD_HOME": os.fspath(PROJECT_ROOT / "out" / "home")} | os.environ,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        _, _, words = done.stdout.rpartition("Encountered an error:\n")
        raise ManifestError(
            f"dbt could not parse the project: {words.strip() or done.stderr.strip()}"
        )


if __name__ == "__main__":
    print(f"dbt parses the project: {ensure_manifest().relative_to(PROJECT_ROOT)}")
