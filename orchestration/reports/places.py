"""Where the parts of the reports room live in a checkout."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]
REPORTS = PROJECT_ROOT / "reports"
SHARED = REPORTS / "shared"
TOOLS = PROJECT_ROOT / ".tools"


def site_source(audience: str) -> Path:
    """The folder with an audience's pages.

    Raises ValueError for an audience without pages, naming those that have some.
    """
    folder = REPORTS / audience
    if not re.fullmatch(r"[a-z_]+", audience) or not (folder / "pages").is_dir():
        known = sorted(path.parent.name for path in REPORTS.glob("*/pages"))
        raise ValueError(f"there are no pages for '{audience}'; there are for: {', '.join(known)}")
    return folder
