"""Whether a folder already holds the demo organisation that would be written."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

_STAMP = ".demo.json"


def is_current(landing: Path, scale: dict[str, int]) -> bool:
    """True when the same generator wrote the same scale here, and all files are there."""
    file = landing / _STAMP
    if not file.exists():
        return False
    stamp: dict[str, object] = json.loads(file.read_text())
    return stamp == _stamp(landing, scale)


def leave_stamp(landing: Path, scale: dict[str, int]) -> None:
    """Say what the folder holds; to be called when it is complete."""
    (landing / _STAMP).write_text(json.dumps(_stamp(landing, scale)))


def _stamp(landing: Path, scale: dict[str, int]) -> dict[str, object]:
    generator = hashlib.sha256()
    for module in sorted(Path(__file__).parent.glob("*.py")):
        generator.update(module.read_bytes())
    files = {
        str(path.relative_to(landing)): path.stat().st_size
        for path in sorted(landing.glob("*/*/*/*"))
    }
    return {"scale": scale, "generator": generator.hexdigest(), "files": files}
