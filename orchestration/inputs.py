"""What a run depends on, as hashes: equal inputs make an equal result."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from orchestration.files import sha256_of_all
from orchestration.workspace import PROJECT_ROOT, Workspace

_CODE = ("dbt_project", "orchestration", "quality", "reports")
_CODE_FILES = ("profiles.yml", "pyproject.toml", "uv.lock")
_NOT_CODE = {"node_modules", "target", "__pycache__", ".evidence", "build", "logs"}


def landing_fingerprint(landing: Path) -> str:
    """A hash over the path, size and modification time of every landing file.

    What is hidden is an extractor's own, and changes while it works.
    """
    digest = hashlib.sha256()
    for file in _files(landing, hidden=False):
        status = file.stat()
        entry = [str(file.relative_to(landing)), status.st_size, status.st_mtime_ns]
        digest.update(json.dumps(entry).encode())
    return digest.hexdigest()


def run_fingerprint(workspace: Workspace) -> str:
    """A hash over all that decides the outcome of a run: landing, code and as-of date."""
    code = [PROJECT_ROOT / name for name in _CODE_FILES]
    for folder in _CODE:
        code.extend(_files(PROJECT_ROOT / folder))
    parts = [
        landing_fingerprint(workspace.landing),
        str(workspace.as_of),
        sha256_of_all(code, PROJECT_ROOT),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _files(folder: Path, hidden: bool = True) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - _NOT_CODE)
        if not hidden:
            folders[:] = [name for name in folders if not name.startswith(".")]
        for name in sorted(names):
            if hidden or not name.startswith("."):
                yield Path(parent) / name
