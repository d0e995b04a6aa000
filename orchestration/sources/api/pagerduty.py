"""PagerDuty's REST API, version 2: one account.

A list ends at 10,000 records ("Offset+limit exceeds maximum allowed value of 10000"), so what
has a time is asked for by windows, each halved until it holds fewer. Limits are those of
developer.pagerduty.com.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from orchestration.sources.api.errors import ExtractError
from orchestration.sources.api.notes import iso
from orchestration.sources.api.run import Record, Run
from orchestration.sources.api.service import Service

Said = Mapping[str, object]

PAGERDUTY = Service(
    source="pagerduty",
    name="PagerDuty",
    url="https://api.pagerduty.com",
    token_variable="PAGERDUTY_TOKEN",
    authorization="Token token={}",
    headers={"Accept": "application/vnd.pagerduty+json;version=2"},
    rights="a read-only key of the REST API",
)

_LIMIT = 100
_MOST_RECORDS = 10_000
# Incidents take at most six months, on-calls three.
_WINDOW = timedelta(days=85)
_SMALLEST = timedelta(seconds=2)
# The year in which PagerDuty was founded: nothing is older.
_BEGINNING = datetime(2009, 1, 1, tzinfo=UTC)
_NOTHING: Said = MappingProxyType({})
_LISTS = ("schedules", "services", "users")


class _TooMany(Exception):
    """A list that cannot be read to its end."""


class Account:
    """Reads what a run wants of the account of its token."""

    def __init__(self, run: Run) -> None:
        self._run, self._pages = run, run.pages

    def read(self) -> None:
        """Every wanted stream, one after another. Raises ExtractError."""
        for stream in _LISTS:
            if self._run.wants(stream):
                self._list(stream)
        if self._run.wants("oncalls"):
            self._oncalls()
        if self._run.wants("incidents"):
            self._incidents()
        if self._run.wants("log_entries"):
            for record in self._log_entries(self._run.start("log_entries")):
                self._run.write("log_entries", record)

    def _list(self, stream: str) -> None:
        """All of it, each time: these lists are short, and do not say what changed."""
        try:
            for record in self._listed(stream):
                self._run.write(stream, record)
        except _TooMany:
            raise ExtractError(
                f"PagerDuty shows no more than {_MOST_RECORDS:,} {stream}, and there are more."
                " Leave the stream out, see --stream, and export it another way."
            ) from None

    def _oncalls(self) -> None:
        """Shifts that overlap the window, whole; none that only begin after it."""
        # Told in one zone, a shift is the same record in every window.
        start = self._run.start("oncalls")
        for record in self._within("oncalls", start, {"time_zone": "UTC"}):
            self._run.write("oncalls", record)

    def _incidents(self) -> None:
        """Those of the window, and older ones whose log goes on in it. A list lacks the custom
        fields, so each is asked for."""
        start = self._run.start("incidents")
        seen = (record["id"] for record in self._within("incidents", start))
        for identity in seen:
            self._incident(identity)
        for entry in self._log_entries(start):
            self._incident((entry.get("incident") or {}).get("id"))

    def _incident(self, identity: str | None) -> None:
        if identity:
            said = {"include[]": "custom_fields"}
            found = self._pages.get(f"incidents/{identity}", said, absent=(404,))
            if found:
                self._run.write("incidents", found["incident"])

    def _log_entries(self, start: datetime | None) -> Iterator[Record]:
        """With their channels, which say how somebody was told."""
        return self._within("log_entries", start, {"include[]": "channels"})

    def _within(self, path: str, start: datetime | None, said: Said = _NOTHING) -> Iterator[Record]:
        """Records from `start` to the end of the run."""
        begin = start or _BEGINNING
        while begin < self._run.until:
            end = min(begin + _WINDOW, self._run.until)
            yield from self._window(path, begin, end, said)
            begin = end

    def _window(self, path: str, begin: datetime, end: datetime, said: Said) -> Iterator[Record]:
        """A window, in halves where it holds too many; what is given twice is written once."""
        try:
            yield from self._listed(path, {"since": iso(begin), "until": iso(end), **said})
        except _TooMany:
            if end - begin < _SMALLEST:
                raise ExtractError(
                    f"PagerDuty has more than {_MOST_RECORDS:,} {path} of {iso(begin)}; it shows"
                    " no more of one second"
                ) from None
            middle = (begin + (end - begin) / 2).replace(microsecond=0)
            for half in ((begin, middle), (middle, end)):
                yield from self._window(path, *half, said)

    def _listed(self, path: str, said: Said = _NOTHING) -> Iterator[Record]:
        """A list page by page. Raises _TooMany, if it can before the first record."""
        for offset in range(0, _MOST_RECORDS, _LIMIT):
            paging = {"limit": _LIMIT, "offset": offset, "total": "true"}
            page: Record = self._pages.get(path, {**said, **paging})
            if (page.get("total") or 0) > _MOST_RECORDS:
                raise _TooMany
            yield from page[path]
            if not page.get("more"):
                return
        raise _TooMany
