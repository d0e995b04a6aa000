"""Loading: synthetic pull requests through landing, and one query over the same files."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing import ensure_raw, load_contracts, load_stream
from orchestration.landing.contracts import Stream
from orchestration.warehouse.connection import connect

FILES = 10
_FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)


def stream() -> Stream:
    return load_contracts()["github", "pull_requests"]


def write_pull_requests(landing: Path, count: int, seed: int = 7) -> None:
    """`count` records in ten files, each with keys that no contract declares."""
    rng = random.Random(seed)
    folder = landing / "github" / "pull_requests" / "2026-10-01T00-00-00Z"
    folder.mkdir(parents=True, exist_ok=True)
    for part in range(FILES):
        with gzip.open(folder / f"part-{part:03}.jsonl.gz", "wt", compresslevel=1) as file:
            for number in range(part * count // FILES, (part + 1) * count // FILES):
                file.write(json.dumps(_pull_request(number, rng)) + "\n")


def _pull_request(number: int, rng: random.Random) -> dict[str, Any]:
    opened = _FIRST_DAY + timedelta(seconds=rng.randrange(600 * 86_400))
    merged = opened + timedelta(seconds=rng.randrange(14 * 86_400))
    repository = f"harbourline/service-{number % 80}"
    login = f"person-{rng.randrange(2_000)}"
    return {
        "id": 10_000_000 + number,
        "number": number,
        "state": "closed",
        "title": f"Change {number}",
        "body": "What changed and why, at some length. " * rng.randrange(12),
        "draft": False,
        "html_url": f"https://git.example/{repository}/pull/{number}",
        "user": {"login": login, "id": number % 2_000, "type": "User", "avatar_url": "a" * 60},
        "labels": [{"id": 1, "name": "type:feature", "color": "ffffff"}],
        "created_at": _text(opened),
        "updated_at": _text(merged),
        "closed_at": _text(merged),
        "merged_at": _text(merged),
        "merge_commit_sha": f"{rng.getrandbits(160):040x}",
        "head": {"ref": f"change-{number}", "sha": f"{rng.getrandbits(160):040x}"},
        "base": {
            "ref": "main",
            "sha": f"{rng.getrandbits(160):040x}",
            "repo": {"full_name": repository, "default_branch": "main", "private": True},
        },
        "additions": rng.randrange(500),
        "deletions": rng.randrange(300),
        "changed_files": rng.randrange(1, 20),
    }


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def through_landing(landing: str, home: str) -> None:
    """The case: check, prune, hash and store every record."""
    one = stream()
    with connect(Path(home) / "warehouse.duckdb") as connection:
        ensure_raw(connection, [one])
        result = load_stream(connection, Path(landing), one)
    if result.problems or result.n_rows_quarantined:
        raise AssertionError(f"the synthetic records do not load: {result}")


def bare(landing: str, home: str) -> None:
    """The least: one query that reads the declared keys into columns and checks nothing."""
    one = stream()
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in _columns(one).items())
    with duckdb.connect(Path(home) / "bare.duckdb") as connection:
        connection.execute(
            f"create or replace table pull_requests as select * from read_ndjson("
            f"'{landing}/github/pull_requests/*/*.jsonl.gz', columns = {{{columns}}})"
        )


def bare_list(landing: str) -> None:
    """The least that a reload needs: which files are there, and whether they changed."""
    duckdb.execute(
        f"select filename, size, last_modified from read_blob('{landing}/*/*/*/*')"
    ).fetchall()


def _columns(one: Stream) -> dict[str, str]:
    """The declared keys as DuckDB columns: nested keys as structs, lists as lists."""
    tree: dict[str, Any] = {}
    for path in one.keys:
        node = tree
        *parents, last = path.split(".")
        for parent in parents:
            node = node.setdefault(parent, {})
        node[last] = None
    return _members(tree)


def _members(tree: dict[str, Any]) -> dict[str, str]:
    return {
        name.removesuffix("[]"): _type(node) + ("[]" if name.endswith("[]") else "")
        for name, node in tree.items()
    }


def _type(node: dict[str, Any] | None) -> str:
    if node is None:
        return "VARCHAR"
    members = [f'"{name}" {kind}' for name, kind in _members(node).items()]
    return f"STRUCT({', '.join(members)})"
