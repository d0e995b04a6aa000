"""dbt's command line over the parsed project: `fairlead-dbt` takes what `dbt` takes.

dbt parses all files anew wherever a path of the profile or a variable differs from the last
time, as they do from home to home and from day to day. Neither decides how the project
parses, so dbt is given what was parsed already.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from orchestration.warehouse.artifacts import PARSED, PARTIAL_PARSE
from orchestration.warehouse.project import ManifestError, ensure_manifest

# Of this environment, whatever PATH says.
DBT_EXECUTABLE = Path(sys.executable).with_name("fairlead-dbt")
_DONE, _FAILED, _COULD_NOT_RUN = 0, 1, 2


def build_arguments(as_of: datetime, known_at: datetime, policy_version: str) -> list[str]:
    """Arguments of the one `dbt build`: everything that time decides is said here.

    Unit tests are left out: they ask about formulas, on rows of their own, and the answer is
    the same for every organisation.
    """
    return [
        *("build", "--target", "unreleased", "--exclude-resource-type", "unit_test"),
        *("--vars", variables(as_of, known_at, policy_version)),
    ]


def variables(as_of: datetime, known_at: datetime, policy_version: str) -> str:
    """The value of dbt's `--vars`."""
    return json.dumps(
        {
            "as_of": as_of.isoformat(),
            "known_at": known_at.isoformat(),
            "policy_version": policy_version,
        }
    )


def main(arguments: list[str]) -> int:
    """Run one dbt command; returns dbt's exit codes: 0 done, 1 failed, 2 could not run."""
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    try:
        ensure_manifest()
    except ManifestError as problem:
        print(problem, file=sys.stderr)
        return _COULD_NOT_RUN
    parsed = Manifest.from_msgpack((PARSED / PARTIAL_PARSE).read_bytes())
    result = dbtRunner(manifest=parsed).invoke(arguments)
    if result.success:
        return _DONE
    return _FAILED if result.exception is None else _COULD_NOT_RUN


def console() -> NoReturn:
    """The entry point of the command."""
    sys.exit(main(sys.argv[1:]))
