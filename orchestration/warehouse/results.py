"""What the last `dbt build` of a home came to."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

_GOOD = {"success", "pass", "no-op"}


@dataclass(frozen=True)
class BuildResults:
    """n_passed: models, seeds and tests that went well. failed: names of those that did
    not, with their status; no message, for messages can carry values."""

    n_tests_passed: int
    n_built: int
    failed: list[str]


def read_results(dbt_target: Path) -> BuildResults | None:
    """The results of the last build below `dbt_target`, None where there is none."""
    file = dbt_target / "run_results.json"
    if not file.exists():
        return None
    results = json.loads(file.read_text())["results"]
    counts: Counter[str] = Counter()
    failed = []
    for result in results:
        kind = "test" if result["unique_id"].split(".")[0] == "test" else "built"
        if result["status"] in _GOOD:
            counts[kind] += 1
        elif result["status"] != "skipped":
            failed.append(f"{result['unique_id'].split('.')[2]} ({result['status']})")
    return BuildResults(n_tests_passed=counts["test"], n_built=counts["built"], failed=failed)
