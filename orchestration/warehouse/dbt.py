"""dbt as the project runs it: manifest, arguments, and no call to the network."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from functools import cached_property
from importlib.metadata import version as package_version
from pathlib import Path

from dagster_dbt import DbtCliResource
from packaging import version

from orchestration.files import sha256_of_all
from orchestration.warehouse.artifacts import MANIFEST, PARSED
from orchestration.workspace import DBT_PROJECT, PROJECT_ROOT

# The dbt of this environment, whatever PATH says.
DBT_EXECUTABLE = Path(sys.executable).with_name("dbt")
_STAMP = PARSED / "manifest.sources"
_SOURCES = ("*.sql", "*.py", "*.yml", "*.csv", "*.md")


class ManifestError(Exception):
    """dbt could not parse the project; the message carries dbt's own words."""


class OfflineDbtCliResource(DbtCliResource):
    """dbt's command line without the version look-up, which asks a package index."""

    @cached_property
    def _cli_version(self) -> version.Version:
        return version.parse(package_version("dbt-core"))


def build_arguments(as_of: datetime, known_at: datetime, policy_version: str) -> list[str]:
    """Arguments of the one `dbt build`: everything that time decides is said here."""
    variables = {
        "as_of": as_of.isoformat(),
        "known_at": known_at.isoformat(),
        "policy_version": policy_version,
    }
    return ["build", "--vars", json.dumps(variables)]


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


def ensure_manifest() -> Path:
    """Parse the project where its files changed since the last time.

    Raises ManifestError with dbt's message.
    """
    stamp = sha256_of_all(project_files(), PROJECT_ROOT)
    manifest = PARSED / MANIFEST
    if manifest.exists() and _STAMP.exists() and _STAMP.read_text() == stamp:
        return manifest
    from dbt.cli.main import dbtRunner

    # The profile names files below home; parsing opens none of them.
    os.environ.setdefault("FAIRLEAD_HOME", str(PROJECT_ROOT / "out" / "home"))
    result = dbtRunner().invoke(
        [
            "--quiet",
            "parse",
            "--project-dir",
            str(DBT_PROJECT),
            "--profiles-dir",
            str(PROJECT_ROOT),
            "--target-path",
            str(PARSED),
        ]
    )
    if not result.success:
        raise ManifestError(f"dbt could not parse the project: {result.exception}")
    _STAMP.write_text(stamp)
    return manifest


if __name__ == "__main__":
    print(f"dbt parses the project: {ensure_manifest().relative_to(PROJECT_ROOT)}")
