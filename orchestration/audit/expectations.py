"""Results of Great Expectations in the common form."""

from __future__ import annotations

import json
from pathlib import Path

from orchestration.audit.checks import Check

KIND = "expectation"


def checks_of_expectations(home: Path, run_id: str) -> list[Check]:
    """Every expectation of a run, from what its suites left below `home/quality`."""
    found = []
    for file in sorted((home / "quality" / "results").glob(f"{run_id}-*.jsonl")):
        for line in file.read_text().splitlines():
            result = json.loads(line)
            column = f".{result['column']}" if result["column"] else ""
            found.append(
                Check(
                    kind=KIND,
                    name=result["expectation"],
                    subject=f"{result['table']}{column}",
                    severity=result["severity"],
                    outcome=result["outcome"].replace("_", " "),
                    n_failures=result["n_unexpected"],
                    seconds=result["seconds"],
                    explanation=result["description"],
                )
            )
    return found
