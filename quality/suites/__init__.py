"""The suites: what is expected of raw extracts, of core, and of what goes out."""

from __future__ import annotations

from functools import cache

from quality.checks import Check, SuiteName


@cache
def suite(name: SuiteName) -> tuple[Check, ...]:
    """The checks of a suite. Raises ValueError for a name given twice on one table."""
    from quality.suites import core, published, raw

    checks = {"raw": raw, "core": core, "published": published}[name].checks()
    seen = set()
    for check in checks:
        key = (check.table, check.name)
        if key in seen:
            raise ValueError(f"the {name} suite names {check.name} twice on {check.table}")
        seen.add(key)
    return tuple(checks)
