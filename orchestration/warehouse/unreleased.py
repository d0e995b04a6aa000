"""Tables that are to be published are built aside, and replace the last ones when released.

So `reporting.duckdb` never holds what a check would have stopped.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestration.warehouse.connection import connect
from orchestration.workspace import Workspace


def start_unreleased(workspace: Workspace, whole: bool) -> None:
    """Make place for a build: empty for a whole one, so that a table whose model is gone is not
    published again; for a part, beside what was published last."""
    if whole:
        _remove(workspace.unreleased)
    elif workspace.reporting.exists() and not workspace.unreleased.exists():
        aside = workspace.unreleased.with_suffix(".copying")
        shutil.copyfile(workspace.reporting, aside)
        aside.rename(workspace.unreleased)


def put_in_place(workspace: Workspace) -> None:
    """What was built is now what is published; readers of the last tables keep theirs."""
    if workspace.unreleased.exists():
        with connect(workspace.unreleased) as connection:
            connection.execute("checkpoint")
        workspace.unreleased.rename(workspace.reporting)


def _remove(database: Path) -> None:
    database.unlink(missing_ok=True)
    database.with_name(f"{database.name}.wal").unlink(missing_ok=True)
