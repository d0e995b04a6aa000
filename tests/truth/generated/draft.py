"""An organisation as it is being made up: its records so far, by stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

Record = dict[str, Any]
Value = TypeVar("Value")


@dataclass
class Draft:
    draw: DrawFn
    anchor: datetime
    streams: dict[str, list[Record]] = field(default_factory=dict)
    services: list[str] = field(default_factory=list)
    # The repository of each service; several can share one, and one can have none.
    repository_of: dict[str, str | None] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)
    # What was put on the default branch of each repository, in order, and when.
    mainline: dict[str, list[tuple[str, datetime]]] = field(default_factory=dict)
    # Deployments, of which service each was, and when each was over.
    deployments: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    # Commits that take something back, and when a way back was deployed, of which service.
    reverts: set[str] = field(default_factory=set)
    ways_back: list[tuple[str, datetime]] = field(default_factory=list)

    def add(self, stream: str, **record: Any) -> None:
        self.streams.setdefault(stream, []).append(
            {key: value for key, value in record.items() if value is not None}
        )

    def one(self, values: list[Value]) -> Value:
        return self.draw(st.sampled_from(values))

    def maybe(self, value: Value, one_in: int = 2) -> Value | None:
        """Nothing, once in so many times."""
        return None if self.draw(st.integers(1, one_in)) == one_in else value

    def happens(self, one_in: int) -> bool:
        return self.draw(st.integers(1, one_in)) == one_in

    def count(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def at(self, strategy: SearchStrategy[Value]) -> Value:
        return self.draw(strategy)
