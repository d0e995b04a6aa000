"""The lineage of a build as OpenLineage events, one per model, for other catalogues to read."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.files import write_whole
from orchestration.lineage.columns import Columns, Lineage

NAMESPACE = "fairlead"
PRODUCER = "https://openlineage.io/integrations/fairlead"
_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_COLUMN_FACET = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json"
_SCHEMA_FACET = "https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json"


def events(
    lineage: Lineage, manifest: dict[str, Any], columns: Columns, finished_at: datetime
) -> Iterator[dict[str, Any]]:
    """One COMPLETE event per model with its inputs, schema and column lineage."""
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model":
            continue
        name = node["name"]
        own = columns.get(node["database"], {}).get(node["schema"], {}).get(node["alias"], {})
        columns_of = lineage.parents.get(name, {})
        inputs = sorted({parent for found in columns_of.values() for parent, _ in found})
        yield {
            "eventType": "COMPLETE",
            "eventTime": finished_at.isoformat(),
            "producer": PRODUCER,
            "schemaURL": _SCHEMA,
            "run": {"runId": str(_run_id(name, finished_at)), "facets": {}},
            "job": {"namespace": NAMESPACE, "name": f"dbt.{name}", "facets": {}},
            "inputs": [{"namespace": NAMESPACE, "name": one} for one in inputs],
            "outputs": [
                {
                    "namespace": NAMESPACE,
                    "name": name,
                    "facets": {
                        "schema": _schema_facet(own),
                        "columnLineage": _column_facet(columns_of),
                    },
                }
            ],
        }


def write_events(file: Path, found: Iterator[dict[str, Any]]) -> None:
    """One event per line."""
    write_whole(file, "".join(f"{json.dumps(event, sort_keys=True)}\n" for event in found))


def _run_id(name: str, finished_at: datetime) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{NAMESPACE}/{name}/{finished_at.isoformat()}")


def _schema_facet(own: dict[str, str]) -> dict[str, Any]:
    fields = [{"name": column, "type": kind} for column, kind in own.items()]
    return {"_producer": PRODUCER, "_schemaURL": _SCHEMA_FACET, "fields": fields}


def _column_facet(found: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    return {
        "_producer": PRODUCER,
        "_schemaURL": _COLUMN_FACET,
        "fields": {
            column: {
                "inputFields": [
                    {"namespace": NAMESPACE, "name": parent, "field": field}
                    for parent, field in sorted(inputs)
                ]
            }
            for column, inputs in sorted(found.items())
        },
    }
