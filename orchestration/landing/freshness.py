"""Whether extracts still arrive: the one place that reads the clock, since silence has no date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from orchestration.landing.contracts import Stream
from orchestration.landing.files import list_stream
from orchestration.landing.manifests import manifests


@dataclass(frozen=True)
class Freshness:
    """The newest extract of a stream; `is_late` when the contract wants a newer one.

    A stream that never had an extract is not connected, and not late.
    """

    stream: Stream
    newest: datetime | None
    is_late: bool

    @property
    def sentence(self) -> str:
        name = f"{self.stream.source}/{self.stream.name}"
        if self.newest is None:
            return f"{name}: no extract has come yet"
        said = f"{name}: the newest extract is of {self.newest:%Y-%m-%d %H:%M} UTC"
        if not self.is_late:
            return said
        return f"{said}, and one is expected every {self.stream.fresh_within_days} days"


def freshness(landing: Path, streams: Iterable[Stream], now: datetime) -> list[Freshness]:
    """How recent each stream is at the moment `now` (UTC)."""
    return [_of(landing, stream, now) for stream in streams]


def _of(landing: Path, stream: Stream, now: datetime) -> Freshness:
    files, _ = list_stream(landing, stream)
    # A manifest of an extract that found nothing says that it looked.
    moments = [at for _, at, manifest in manifests(landing, stream) if manifest]
    newest = max([file.extracted_at for file in files] + moments, default=None)
    allowed = stream.fresh_within_days
    is_late = bool(newest and allowed and now - newest > timedelta(days=allowed))
    return Freshness(stream, newest, is_late)
