"""The unit tests beside the models: each formula gives the worked numbers."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from orchestration.warehouse.artifacts import read_manifest, read_run_results
from orchestration.warehouse.dbt import DBT_EXECUTABLE
from orchestration.warehouse.project import ensure_manifest, project_arguments
from tests.pipeline.conftest import Finished


def test_every_formula_gives_its_worked_numbers(undisturbed: Finished, tmp_path: Path) -> None:
    """dbt looks up the columns of what a formula reads in a home that is built."""
    written = read_manifest(ensure_manifest().parent)["unit_tests"]
    done = subprocess.run(
        [
            *(os.fspath(DBT_EXECUTABLE), "--quiet", "--no-use-colors"),
            *("test", "--select", "test_type:unit"),
            *project_arguments(tmp_path),
            *("--log-path", os.fspath(tmp_path)),
        ],
        env=os.environ | {"FAIRLEAD_HOME": os.fspath(undisturbed.home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    results = read_run_results(tmp_path)
    assert results is not None
    passed = {one["unique_id"] for one in results["results"] if one["status"] == "pass"}
    assert passed == set(written)
    assert len(written) > 20
