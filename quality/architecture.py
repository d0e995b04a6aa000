"""The architecture as rules over dbt's manifest.

Each rule is a function from a manifest to sentences, one per violation. Each has, in its
docstring, an example, the reason to flag it, and the way to fix it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from orchestration.landing import load_contracts

Manifest = dict[str, Any]
Node = dict[str, Any]

PROJECT = "fairlead"

# layer: the layers it may read. `source` is a landing source, `seed` any seed.
MAY_READ: dict[str, set[str]] = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "seed"},
    "core": {"staging", "intermediate", "core", "seed"},
    "metrics": {"core", "metrics", "seed"},
    # Within cohorts a model reads the one before it on the way through the gate.
    "cohorts": {"metrics", "core", "cohorts", "seed"},
    "scoped": {"metrics", "core", "audit", "seed"},
    "audit": {"staging", "metrics", "core", "seed"},
    "published": {"cohorts", "scoped", "seed"},
}

# layer: (group, access)
ACCESS = {
    "staging": ("person_level", "private"),
    "intermediate": ("person_level", "private"),
    "core": ("person_level", "private"),
    "metrics": ("person_level", "private"),
    "cohorts": ("person_level", "protected"),
    "scoped": ("person_level", "protected"),
    "audit": ("person_level", "private"),
    "published": ("publication", "public"),
}

# The only cohort models that an aggregate audience may read: behind the gate, or
# without any person in their ancestry.
BEHIND_THE_GATE = {"coh_gated_cells", "coh_streams"}
# What each audience's published models may read besides seeds.
DOORS = {
    "leadership": {"cohorts"},
    "auditors": {"cohorts"},
    "managers": {"cohorts", "scoped"},
    "employees": {"cohorts", "scoped"},
}

PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "core": ("dim_", "fct_", "bridge_"),
    "metrics": ("met_",),
    "cohorts": ("coh_",),
    "scoped": ("sco_",),
    "audit": ("aud_", "fct_"),
    "published": ("pub_",),
}


def models(manifest: Manifest) -> Iterator[Node]:
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["package_name"] == PROJECT:
            yield node


def layer(node: Node) -> str:
    name: str = node["fqn"][1]
    return name


def parents(manifest: Manifest, node: Node) -> Iterator[tuple[str, Node]]:
    """(kind, parent): kind is a layer, `seed` or `source`."""
    for unique_id in node["depends_on"]["nodes"]:
        if unique_id.startswith("source."):
            yield "source", manifest["sources"][unique_id]
        elif unique_id.startswith("seed."):
            yield "seed", manifest["nodes"][unique_id]
        else:
            parent = manifest["nodes"][unique_id]
            yield layer(parent), parent


def _code(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """(name, code without comments) of every model and macro of the project."""
    for node in models(manifest):
        yield node["name"], re.sub(r"--[^\n]*", "", node["raw_code"])
    for macro in manifest["macros"].values():
        if macro["package_name"] == PROJECT:
            yield (
                macro["name"],
                re.sub(r"\{#.*?#\}", "", macro["macro_sql"], flags=re.S),
            )


def layers_read_only_their_neighbours(manifest: Manifest) -> list[str]:
    """Example: a published model that selects from core. Reason: rows about people would
    go out without passing the gate. Fix: read the layer before, or move the model."""
    found = []
    for node in models(manifest):
        allowed = MAY_READ.get(layer(node))
        if allowed is None:
            found.append(f"{node['name']}: {layer(node)} is not a layer")
            continue
        for kind, parent in parents(manifest, node):
            if kind not in allowed:
                found.append(f"{node['name']} ({layer(node)}) reads {parent['name']} ({kind})")
    return found


def staging_reads_its_own_source(manifest: Manifest) -> list[str]:
    """Example: staging/github reading a PagerDuty source. Reason: a source's quirks belong
    in one folder. Fix: move the model to the folder of its source."""
    return [
        f"{node['name']} reads {parent['source_name']}.{parent['name']}"
        for node in models(manifest)
        if layer(node) == "staging"
        for kind, parent in parents(manifest, node)
        if kind == "source" and parent["source_name"] != node["fqn"][2]
    ]


def aggregate_audiences_read_only_behind_the_gate(manifest: Manifest) -> list[str]:
    """Example: pub_leadership__x selecting from coh_cells. Reason: candidate cells are not
    yet protected. Fix: select from coh_gated_cells."""
    found = []
    for node in models(manifest):
        if layer(node) != "published":
            continue
        audience = node["fqn"][2]
        for kind, parent in parents(manifest, node):
            if kind == "seed":
                continue
            if kind not in DOORS.get(audience, set()):
                found.append(f"{node['name']} reads {kind}, no door of {audience}")
            elif kind == "cohorts" and parent["name"] not in BEHIND_THE_GATE:
                found.append(f"{node['name']} reads {parent['name']} before the gate")
    return found


def folders_decide_group_and_access(manifest: Manifest) -> list[str]:
    """Example: `config(access='public')` in a core model. Reason: access is read in one
    place. Fix: remove the override; dbt_project.yml sets it by folder."""
    found = []
    for node in models(manifest):
        expected = ACCESS.get(layer(node))
        actual = (node["config"].get("group"), node["config"].get("access"))
        if expected and actual != expected:
            found.append(f"{node['name']}: group and access are {actual}, not {expected}")
    return found


def models_do_not_configure_themselves(manifest: Manifest) -> list[str]:
    """Example: `{{ config(materialized='view') }}` at the top of a model. Reason: the folder
    decides. Fix: remove it, or move the model to the folder that fits."""
    return [
        f"{node['name']} configures itself"
        for node in models(manifest)
        if re.search(r"\{\{\s*config\(|dbt\.config\(", node["raw_code"])
    ]


def published_models_have_contracts_in_their_own_file(manifest: Manifest) -> list[str]:
    """Example: a published model without a contract. Reason: a new column would ship
    unseen. Fix: declare every column in _<audience>__models.yml."""
    found = []
    for node in models(manifest):
        if layer(node) != "published":
            continue
        if not node["config"]["contract"]["enforced"]:
            found.append(f"{node['name']} has no contract")
        if node["database"] != "reporting":
            found.append(f"{node['name']} is written to {node['database']}")
        if node["schema"] != node["fqn"][2]:
            found.append(f"{node['name']} is not in the schema of its audience")
    return found


def published_cells_have_checks(manifest: Manifest) -> list[str]:
    """Example: a table with values and people_band but no CHECK. Reason: a value without
    enough people must be impossible to write. Fix: add the constraints that the other
    cell tables have."""
    found = []
    for node in models(manifest):
        if layer(node) != "published" or "value" not in node["columns"]:
            continue
        checks = [
            constraint["expression"]
            for constraint in node["constraints"]
            if constraint["type"] == "check"
        ]
        for needed in ("value is null", "people_band is null"):
            if not any(needed in check for check in checks):
                found.append(f"{node['name']} has no CHECK on `{needed}`")
    return found


def no_relation_is_hard_coded(manifest: Manifest) -> list[str]:
    """Example: `from core.fct_changes`. Reason: lineage and access rules do not see it.
    Fix: use ref() or source()."""
    schemas = {node["schema"] for node in models(manifest)} | {"raw", "reporting"}
    named = re.compile(
        r"\b(?:from|join)\s+\"?(" + "|".join(map(re.escape, sorted(schemas))) + r")\"?\.",
        re.IGNORECASE,
    )
    reader = re.compile(r"\b(read_csv|read_json|read_parquet|read_text)\w*\s*\(", re.I)
    return [
        f"{name} names a relation or a file by itself"
        for name, code in _code(manifest)
        if named.search(code) or reader.search(code)
    ]


def nothing_reads_the_clock(manifest: Manifest) -> list[str]:
    """Example: `current_date` in a model. Reason: the same inputs must give the same
    numbers tomorrow. Fix: use the as_of() macro."""
    clock = re.compile(r"\b(current_timestamp|current_date|getdate|now\s*\(|today\s*\()", re.I)
    return [f"{name} reads the clock" for name, code in _code(manifest) if clock.search(code)]


def names_tell_the_layer(manifest: Manifest) -> list[str]:
    """Example: core/changes.sql. Reason: a reader knows the layer from the name. Fix:
    rename to the layer's prefix."""
    found = []
    for node in models(manifest):
        if not node["name"].startswith(PREFIXES.get(layer(node), ("",))):
            found.append(f"{node['name']} is in {layer(node)}")
        if layer(node) in ("staging", "published"):
            prefix = "stg" if layer(node) == "staging" else "pub"
            if not node["name"].startswith(f"{prefix}_{node['fqn'][2]}__"):
                found.append(f"{node['name']} is in {'/'.join(node['fqn'][1:3])}")
    return found


def descriptions_end_with_the_grain(manifest: Manifest) -> list[str]:
    """Example: a model described as "Changes." Reason: whoever joins must know what a row
    is. Fix: end the description with "One row per …"."""
    return [
        f"{node['name']} does not say what one row is"
        for node in models(manifest)
        if not re.search(r"One row( per [^.]+)?\.\s*$", node["description"])
    ]


def person_columns_are_marked(manifest: Manifest) -> list[str]:
    """Example: a column person_id without `privacy: person`. Reason: lineage can only
    guard what is marked. Fix: add `config: {meta: {privacy: person}}` to the column."""
    person = re.compile(r"(^|_)(person_id|person_name|contributor_key|login|user_id|agent_id)$")
    return [
        f"{node['name']}.{name} is not marked"
        for node in models(manifest)
        for name in node["columns"]
        if person.search(name) and not _is_marked(node, name)
    ]


def person_keys_stay_marked_in_staging(manifest: Manifest) -> list[str]:
    """Example: `record ->> '$.user.id' as reviewer_id`, where the contract marks user.id and
    no YAML names reviewer_id. Reason: the mark of the key would end at the door. Fix: describe
    the column, with `config: {meta: {privacy: person}}`."""
    contracts = load_contracts()
    taken = re.compile(r"'\$\.([\w.\[\]-]+)'[^\n]*\bas\s+(\w+),?\s*$", re.MULTILINE)
    found = []
    for node in models(manifest):
        if layer(node) != "staging":
            continue
        # The name may stand on the line after a long expression.
        code = re.sub(r"\n\s*(?=as\b)", " ", node["raw_code"])
        for kind, parent in parents(manifest, node):
            stream = (
                contracts.get((parent["source_name"], parent["name"])) if kind == "source" else None
            )
            if stream is None:
                continue
            for path, name in taken.findall(code):
                key = stream.keys.get(path)
                if key is not None and key.person and not _is_marked(node, name):
                    found.append(f"{node['name']}.{name} is made from {path} and not marked")
    return found


def _is_marked(node: Node, name: str) -> bool:
    column = node["columns"].get(name, {})
    meta = (column.get("config") or {}).get("meta") or column.get("meta") or {}
    return bool(meta.get("privacy") == "person")


def published_models_have_no_person_column(manifest: Manifest) -> list[str]:
    """Example: pub_leadership__x with contributor_key or n_people. Reason: leadership and
    auditors see groups only, and no exact number of people. Fix: leave the column out."""
    banned = re.compile(
        r"(person|employee|login|email|contributor_key|user_id|numerator|denominator)"
        r"|^n_people$"
    )
    return [
        f"{node['name']}.{name} is about a person, or an exact count of people"
        for node in models(manifest)
        if layer(node) == "published" and node["fqn"][2] in ("leadership", "auditors")
        for name in node["columns"]
        if banned.search(name)
    ]


RULES: list[Callable[[Manifest], list[str]]] = [
    layers_read_only_their_neighbours,
    staging_reads_its_own_source,
    aggregate_audiences_read_only_behind_the_gate,
    folders_decide_group_and_access,
    models_do_not_configure_themselves,
    published_models_have_contracts_in_their_own_file,
    published_cells_have_checks,
    no_relation_is_hard_coded,
    nothing_reads_the_clock,
    names_tell_the_layer,
    descriptions_end_with_the_grain,
    person_columns_are_marked,
    person_keys_stay_marked_in_staging,
    published_models_have_no_person_column,
]
