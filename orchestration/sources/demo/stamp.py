"""What an earlier demo left in a landing folder, and whether it is the one asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_STAMP = ".demo.json"


def is_current(landing: Path, scale: Mapping[str, int]) -> bool:
    """True when the same generator wrote the same scale here, and all files are there."""
    stamp = _read(landing)
    if stamp.get("scale") != dict(scale) or stamp.get("generator") != _generator():
        return False
    files: dict[str, int] = stamp["files"]
    return files == _sizes(landing, map(Path, files))


def leave_stamp(landing: Path, scale: Mapping[str, int], files: Iterable[Path]) -> int:
    """Say what the folder holds; to be called when it is complete.

    Files that only an earlier demo wrote go; returns how many. What nobody here wrote stays.
    """
    sizes = _sizes(landing, files)
    left = [landing / name for name in _read(landing).get("files", {}) if name not in sizes]
    n_removed = 0
    for path in left:
        if path.is_file():
            path.unlink()
            n_removed += 1
            _remove_empty(path.parent, landing)
    stamp = {"scale": dict(scale), "generator": _generator(), "files": sizes}
    (landing / _STAMP).write_text(json.dumps(stamp))
    return n_removed


def _read(landing: Path) -> dict[str, Any]:
    file = landing / _STAMP
    stamp: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return stamp


def _generator() -> str:
    digest = hashlib.sha256()
    for module in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(module.read_bytes())
    return digest.hexdigest()


def _sizes(landing: Path, files: Iterable[Path]) -> dict[str, int]:
    """Bytes of each file below the landing folder; -1 for what is not there."""
    found = {}
    for path in sorted(files):
        file = landing / path
        found[path.as_posix()] = file.stat().st_size if file.is_file() else -1
    return found


def _remove_empty(folder: Path, landing: Path) -> None:
    while folder != landing and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
