"""What the seeds define: thresholds, names that count, order of tools, definition profiles."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache

from orchestration.workspace import DBT_PROJECT

Row = dict[str, str]


@cache
def seed(name: str) -> tuple[Row, ...]:
    with (DBT_PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


@cache
def threshold(name: str) -> float:
    (row,) = (row for row in seed("reference/thresholds") if row["threshold_id"] == name)
    return float(row["value"])


@cache
def preference(system: str | None) -> int:
    """Whose word counts where two tools speak of one thing: the lowest. Unknown ones come last."""
    for row in seed("reference/source_precedence"):
        # Dates from and to which a tool counts are not read here: none is set.
        assert not row["counts_from"]
        assert not row["counts_to"]
        if row["system"] == system:
            return int(row["preference"])
    return 1000


@cache
def environment_class(name: str | None) -> str | None:
    classes = {row["environment"]: row["environment_class"] for row in environments()}
    return classes.get((name or "").lower())


def environments() -> tuple[Row, ...]:
    return seed("reference/environments")


@cache
def is_bot_name(login: str | None) -> bool:
    patterns = [row["pattern"] for row in seed("reference/bot_patterns")]
    return login is not None and any(re.search(one, login.lower()) for one in patterns)


@dataclass(frozen=True)
class Profile:
    """One way to define the delivery metrics."""

    profile_id: str
    start_event: str
    end_event: str
    aggregate: str
    link_rule: str
    link_cap_hours: float
    baseline: str
    unresolved: str
    has_rework_rate: str

    @property
    def is_own(self) -> bool:
        return self.profile_id == "fairlead"


@cache
def profile(profile_id: str = "fairlead") -> Profile:
    (row,) = (r for r in seed("reference/definition_profiles") if r["profile_id"] == profile_id)
    names = [name for name in Profile.__dataclass_fields__ if name != "link_cap_hours"]
    return Profile(
        link_cap_hours=float(row["link_cap_hours"] or "inf"),
        **{name: row[name] for name in names},
    )


def profile_ids() -> list[str]:
    return [row["profile_id"] for row in seed("reference/definition_profiles")]
