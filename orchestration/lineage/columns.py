"""Column lineage of the whole warehouse, from dbt's manifest and the built tables.

The SQL that ran is parsed; nothing is run again. A model that cannot be resolved is named with
the reason and never left out silently.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope
from sqlglot.schema import MappingSchema

DIALECT = "duckdb"
RAW_SCHEMA = "raw"

Columns = dict[str, dict[str, dict[str, dict[str, str]]]]


@dataclass(frozen=True, order=True)
class Edge:
    """`parent.parent_column` is read to make `child.child_column`.

    Nodes are dbt's names of models and seeds, and `raw.<table>` for landing tables, whose
    columns are paths into the record (`user.login`).
    """

    child: str
    child_column: str
    parent: str
    parent_column: str


@dataclass(frozen=True)
class Lineage:
    """edges: all of them, sorted. unresolved: model to reason, empty when all is known."""

    edges: list[Edge]
    unresolved: dict[str, str] = field(default_factory=dict)

    def ancestors(self, node: str, column: str, stop: set[str]) -> set[tuple[str, str]]:
        """Every (node, column) upstream of one; the walk does not go on beyond `stop`."""
        found: set[tuple[str, str]] = set()
        frontier = [(node, column)]
        while frontier:
            at = frontier.pop()
            for parent in self.parents.get(at[0], {}).get(at[1], ()):
                if parent not in found:
                    found.add(parent)
                    if parent[0] not in stop:
                        frontier.append(parent)
        return found

    @cached_property
    def parents(self) -> dict[str, dict[str, list[tuple[str, str]]]]:
        """child → its columns → the (parent, column) pairs that each is made from."""
        parents: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for edge in self.edges:
            parents[edge.child][edge.child_column].append((edge.parent, edge.parent_column))
        return parents


def read_columns(warehouse: Path, reporting: Path) -> Columns:
    """database → schema → table → column → type, of both files."""
    columns: Columns = {}
    with duckdb.connect() as connection:
        for name, file in (("warehouse", warehouse), ("reporting", reporting)):
            literal = str(file).replace("'", "''")
            connection.execute(f"attach '{literal}' as {name} (read_only)")
        rows = connection.execute(
            "select database_name, schema_name, table_name, column_name, data_type "
            "from duckdb_columns() where database_name in ('warehouse', 'reporting') "
            "order by table_name, column_index"
        ).fetchall()
    for database, schema, table, column, kind in rows:
        tables = columns.setdefault(database, {}).setdefault(schema, {})
        tables.setdefault(table, {})[column] = kind
    return columns


def column_lineage(manifest: dict[str, Any], columns: Columns) -> Lineage:
    """Lineage of every model of a manifest that carries compiled SQL (as `dbt build` writes)."""
    names = _names_of_relations(manifest)
    schema = MappingSchema(dict[str, object](columns), dialect=DIALECT)
    edges: set[Edge] = set()
    unresolved: dict[str, str] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model":
            continue
        try:
            edges.update(_edges_of(node, manifest, columns, schema, names))
        except (SqlglotError, ValueError, KeyError) as problem:
            unresolved[node["name"]] = f"{type(problem).__name__}: {str(problem)[:200]}"
    return Lineage(sorted(edges), unresolved)


def _names_of_relations(manifest: dict[str, Any]) -> dict[tuple[str, str], str]:
    """(schema, table) → name of the node."""
    names = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] in ("model", "seed"):
            names[(node["schema"], node["alias"])] = node["name"]
    for source in manifest["sources"].values():
        names[(source["schema"], source["identifier"])] = f"raw.{source['identifier']}"
    return names


def _edges_of(
    node: dict[str, Any],
    manifest: dict[str, Any],
    columns: Columns,
    schema: MappingSchema,
    names: dict[tuple[str, str], str],
) -> Iterator[Edge]:
    own = columns[node["database"]][node["schema"]][node["alias"]]
    if node["language"] != "sql":
        yield from _edges_of_python(node, manifest, columns, own)
        return
    sql = node.get("compiled_code")
    if not sql:
        raise ValueError("the manifest has no compiled SQL; build the model")
    query = qualify(
        sqlglot.parse_one(sql, dialect=DIALECT),
        schema=schema,
        dialect=DIALECT,
        catalog="warehouse",
    )
    scope = build_scope(query)
    # Trimmed, each step would carry a copy of its whole query, which no one reads here.
    trees = lineage(
        None, query, schema, dialect=DIALECT, scope=scope, copy=False, trim_selects=False
    )
    missing = set(own) - set(trees)
    if missing:
        raise ValueError(f"columns that the SQL does not name: {sorted(missing)}")
    for column in own:
        for parent, parent_column in _leaves(trees[column], names):
            yield Edge(node["name"], column, parent, parent_column)


def _edges_of_python(
    node: dict[str, Any],
    manifest: dict[str, Any],
    columns: Columns,
    own: dict[str, str],
) -> Iterator[Edge]:
    """What Python does with its inputs is not read: every column may come from every one."""
    for unique_id in node["depends_on"]["nodes"]:
        parent = manifest["nodes"][unique_id]
        inputs = columns[parent["database"]][parent["schema"]][parent["alias"]]
        for column in own:
            for parent_column in inputs:
                yield Edge(node["name"], column, parent["name"], parent_column)


def _leaves(tree: Node, names: dict[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    for leaf, reader in _with_reader(tree, None):
        if leaf.downstream or not isinstance(leaf.expression, exp.Table):
            continue
        # What the engine itself tells, such as the names of time zones, comes from no table.
        if isinstance(leaf.expression.this, exp.Func):
            continue
        key = (leaf.expression.db, leaf.expression.name)
        name = names.get(key)
        if name is None:
            raise ValueError(f"reads {'.'.join(key)}, which dbt does not know")
        column = leaf.name.split(".")[-1].strip('"')
        if key[0] == RAW_SCHEMA and column == "record" and reader is not None:
            for path in _record_paths(reader.expression):
                yield name, path
        else:
            yield name, column


def _with_reader(node: Node, reader: Node | None) -> Iterator[tuple[Node, Node | None]]:
    """Every node of the tree with the query that first takes something out of the record."""
    own_paths = bool(_record_paths(node.expression))
    yield node, reader
    for child in node.downstream:
        yield from _with_reader(child, node if own_paths else reader)


def _record_paths(expression: exp.Expr) -> list[str]:
    """Paths of `record ->> '$.a.b'` within an expression, as a.b; `[*]` becomes `[]`."""
    paths = []
    for extract in expression.find_all(exp.JSONExtract, exp.JSONExtractScalar):
        column = extract.this
        if isinstance(column, exp.Column) and column.name == "record":
            path = extract.expression.sql(dialect=DIALECT).strip("'")
            paths.append(path.removeprefix("$.").replace("[*]", "[]"))
    return paths
