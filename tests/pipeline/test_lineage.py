"""Lineage is complete: from the raw key to the published column, or the model is named."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from orchestration.landing import load_contracts
from orchestration.lineage.columns import (
    Columns,
    Edge,
    Lineage,
    column_lineage,
    read_columns,
)
from orchestration.lineage.openlineage import events
from orchestration.warehouse.artifacts import read_manifest
from quality.architecture import BEHIND_THE_GATE
from tests.pipeline.conftest import Finished


@pytest.fixture(scope="module")
def manifest(undisturbed: Finished) -> dict[str, Any]:
    return read_manifest(undisturbed.home / "dbt")


@pytest.fixture(scope="module")
def columns(undisturbed: Finished) -> Columns:
    home = undisturbed.home
    return read_columns(home / "warehouse.duckdb", home / "reporting.duckdb")


@pytest.fixture(scope="module")
def lineage(manifest: dict[str, Any], columns: Columns) -> Lineage:
    return column_lineage(manifest, columns)


def published(manifest: dict[str, Any]) -> list[str]:
    return [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][1] == "published"
    ]


def person_keys() -> set[tuple[str, str]]:
    return {
        (f"raw.{stream.table}", path)
        for stream in load_contracts().values()
        for path, key in stream.keys.items()
        if key.person
    }


def test_every_model_is_resolved(lineage: Lineage) -> None:
    assert lineage.unresolved == {}


def test_a_model_that_cannot_be_resolved_is_named(
    manifest: dict[str, Any], columns: Columns
) -> None:
    broken = copy.deepcopy(manifest)
    broken["nodes"]["model.fairlead.fct_changes"]["compiled_code"] = "select nothing as x"
    found = column_lineage(broken, columns)
    assert set(found.unresolved) == {"fct_changes"}


def test_a_published_value_is_traced_to_raw_keys(lineage: Lineage) -> None:
    origins = lineage.ancestors("pub_leadership__delivery", "value", stop=set())
    assert ("raw.github__pull_requests", "merged_at") in origins
    assert ("raw.github__deployment_statuses", "created_at") in origins
    assert ("raw.github__commits", "commit.author.date") in origins


def test_raw_leaves_are_declared_keys(lineage: Lineage) -> None:
    declared = {
        (f"raw.{stream.table}", path)
        for stream in load_contracts().values()
        for path in stream.keys
    }
    of_the_reader = {"extracted_at", "record_hash", "loaded_at", "row_number", "source_file"}
    tables = {table for table, _ in declared}
    unknown = {
        (edge.parent, edge.parent_column)
        for edge in lineage.edges
        if edge.parent in tables
        and edge.parent_column not in of_the_reader
        # An element of a list is part of the key that holds the list.
        and not any(
            table == edge.parent and path.startswith(edge.parent_column.removesuffix("[]"))
            for table, path in declared
        )
    }
    assert unknown == set()


def test_nothing_about_a_person_is_published_but_through_the_gate(
    manifest: dict[str, Any], lineage: Lineage
) -> None:
    about_people = person_keys()
    for model in published(manifest):
        for column in {edge.child_column for edge in lineage.edges if edge.child == model}:
            reached = lineage.ancestors(model, column, stop=BEHIND_THE_GATE)
            assert not reached & about_people, f"{model}.{column}"


def test_a_way_around_the_gate_would_be_found(lineage: Lineage) -> None:
    around = Edge("pub_leadership__brief", "sentence", "dim_person", "person_name")
    leaking = Lineage([*lineage.edges, around])
    reached = leaking.ancestors("pub_leadership__brief", "sentence", stop=BEHIND_THE_GATE)
    assert ("raw.people__roster", "name") in reached & person_keys()


def test_open_lineage_has_one_event_per_model_with_its_columns(
    manifest: dict[str, Any], columns: Columns, lineage: Lineage
) -> None:
    found = list(events(lineage, manifest, columns, datetime(2026, 10, 15, tzinfo=UTC)))
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(found) == len(models)
    by_name = {event["outputs"][0]["name"]: event for event in found}
    facets = by_name["fct_changes"]["outputs"][0]["facets"]
    inputs = facets["columnLineage"]["fields"]["merged_at"]["inputFields"]
    assert {"namespace": "fairlead", "name": "int_changes_merged", "field": "merged_at"} in inputs
    parents = by_name["fct_changes"]["inputs"]
    assert {"namespace": "fairlead", "name": "int_changes_merged"} in parents
    assert json.loads(json.dumps(found)) == found
