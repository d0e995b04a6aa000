"""Which extract holds what: a full one, then increments with an overlap.

An extractor asks for what changed since shortly before its last visit, so the same
object comes twice, in an older and a newer version.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.sources.demo.world.calendar import DAY, Period, day_of, iso

# Visits before as_of, in days: the first is full, the others ask for what changed.
VISITS = (106, 44, 0)
OVERLAP = 3 * DAY


@dataclass(frozen=True, slots=True)
class Extract:
    """One visit: everything known at ``at`` that changed at ``since`` or later."""

    at: int
    since: int

    @property
    def folder(self) -> str:
        return iso(self.at).replace(":", "-")

    def holds(self, moment: int) -> bool:
        return self.since <= moment <= self.at


def extracts(period: Period) -> tuple[Extract, ...]:
    """The visits within the period, oldest first."""
    moments = [period.as_of - days * DAY for days in VISITS]
    moments = [at for at in moments if day_of(at) > period.start + 7]
    since = [0, *(at - OVERLAP for at in moments[:-1])]
    return tuple(Extract(*pair) for pair in zip(moments, since, strict=True))
