"""One form for the result of any check, whichever tool made it.

Results carry counts and never values: what is written here is published to auditors.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from orchestration.audit.reasons import reason
from orchestration.files import write_whole
from orchestration.warehouse.artifacts import read_manifest, read_run_results

PASSED, FAILED, ERROR, SKIPPED, NOT_APPLICABLE = (
    "passed",
    "failed",
    "error",
    "skipped",
    "not applicable",
)
CRITICAL, WARNING = "critical", "warning"

_DBT_OUTCOMES = {
    "pass": PASSED,
    "success": PASSED,
    "fail": FAILED,
    "warn": FAILED,
    "error": ERROR,
    "runtime error": ERROR,
    "skipped": SKIPPED,
    "no-op": PASSED,
}
_DBT_KINDS = {
    "test": "dbt test",
    "unit_test": "dbt unit test",
    "model": "dbt model",
    "seed": "dbt seed",
}


@dataclass(frozen=True)
class Check:
    """The result of one check.

    kind: which tool. subject: the table, stream or page it is about. n_failures: rows or
    places at fault, None where it is not counted. explanation: what a failure means.
    """

    kind: str
    name: str
    subject: str
    severity: str
    outcome: str
    n_failures: int | None
    seconds: float
    explanation: str

    @property
    def stops_publication(self) -> bool:
        return self.severity == CRITICAL and self.outcome in (FAILED, ERROR)


def run_folder(home: Path, run_id: str) -> Path:
    return home / "audit" / "runs" / run_id


def write_checks(home: Path, run_id: str, source: str, checks: Iterable[Check]) -> None:
    """Keep the results of one source of checks of a run, in place of earlier ones."""
    folder = run_folder(home, run_id)
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{json.dumps(asdict(check))}\n" for check in checks)
    write_whole(folder / f"{source}.jsonl", lines)


def read_checks(home: Path, run_id: str) -> list[Check]:
    """All results of a run, by source and order of writing."""
    return [
        Check(**json.loads(line))
        for file in sorted(run_folder(home, run_id).glob("*.jsonl"))
        for line in file.read_text().splitlines()
    ]


def checks_of_build(dbt_target: Path) -> list[Check] | None:
    """dbt's results of the last build below a target folder, None where there are none."""
    results = read_run_results(dbt_target)
    return checks_of_dbt(results, read_manifest(dbt_target)) if results else None


def checks_of_dbt(run_results: dict[str, Any], manifest: dict[str, Any]) -> list[Check]:
    """dbt's results, in the order of their names: that in which they ended differs by chance.

    Messages are left out, for they can carry values; of what did not run at all, the reason is
    told as far as it carries none.
    """
    nodes = {**manifest["nodes"], **manifest.get("unit_tests", {})}
    found = []
    for result in sorted(run_results["results"], key=itemgetter("unique_id")):
        node = nodes.get(result["unique_id"])
        if node is None:
            continue
        kind = _DBT_KINDS.get(node["resource_type"], node["resource_type"])
        severity = str(node.get("config", {}).get("severity") or "error").lower()
        outcome = _DBT_OUTCOMES.get(result["status"], ERROR)
        explanation = _explanation(node)
        if outcome == ERROR:
            explanation = f"{reason(result.get('message') or '')}. {explanation}".strip()
        found.append(
            Check(
                kind=kind,
                name=node["name"],
                subject=_subject(node, manifest),
                severity=WARNING if severity == "warn" else CRITICAL,
                outcome=outcome,
                n_failures=result.get("failures") if kind == "dbt test" else None,
                seconds=round(result["execution_time"], 3),
                explanation=explanation,
            )
        )
    return found


def _subject(node: dict[str, Any], manifest: dict[str, Any]) -> str:
    if node["resource_type"] in ("model", "seed"):
        return str(node["name"])
    attached = node.get("attached_node") or next(
        iter(node.get("depends_on", {}).get("nodes", [])), None
    )
    known = {**manifest["nodes"], **manifest["sources"]}
    return str(known[attached]["name"]) if attached in known else ""


def _explanation(node: dict[str, Any]) -> str:
    if node.get("description"):
        return " ".join(node["description"].split())
    metadata = node.get("test_metadata")
    if not metadata:
        return ""
    arguments = metadata.get("kwargs", {})
    column = arguments.get("column_name")
    told = {
        "unique": f"{column} identifies a row",
        "not_null": f"{column} is always known",
        "accepted_values": f"{column} is one of {arguments.get('values')}",
        "relationships": f"{column} exists in {arguments.get('to')}",
        "between": (
            f"{column} is between {arguments.get('minimum', 'any')} "
            f"and {arguments.get('maximum', 'any')}"
        ),
        "unique_combination": f"{arguments.get('columns')} together identify a row",
        "no_overlap": f"rows of one {arguments.get('key')} never hold at the same time",
    }
    name: str = metadata["name"]
    return told.get(name, name)
