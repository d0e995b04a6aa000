"""Answers of a service, from the journal where it has them, else by a request."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from orchestration.sources.api.client import Answer, Client, Log
from orchestration.sources.api.journal import Journal

_TOLD_EVERY = 100
_NOTHING: Mapping[str, object] = MappingProxyType({})


class Pages:
    """Reads paths below the address of a service; parameters that are None are left out."""

    def __init__(self, client: Client, journal: Journal, *, name: str, log: Log) -> None:
        self._client, self._journal, self._name, self._log = client, journal, name, log
        self.n_requests = 0

    def get(
        self, path: str, said: Mapping[str, object] = _NOTHING, absent: Collection[int] = ()
    ) -> Any:
        """A JSON document; None for a status in `absent`. Raises ExtractError."""
        return self._answer(self._url(path, said), absent).document

    def follow(
        self, path: str, said: Mapping[str, object] = _NOTHING, absent: Collection[int] = ()
    ) -> Iterator[Any]:
        """The pages of a list, by the address that each gives for the next (`Link` header)."""
        url: str | None = self._url(path, said)
        while url:
            answer = self._answer(url, absent)
            if answer.document is None:
                return
            yield answer.document
            url = answer.next

    def _answer(self, url: str, absent: Collection[int]) -> Answer:
        answer = self._journal.answer(url)
        if answer is None:
            answer = self._client.get(url, absent)
            self._journal.keep(url, answer)
            self.n_requests += 1
            if self.n_requests % _TOLD_EVERY == 0:
                self._log(f"{self._name}: {self.n_requests:,} requests")
        return answer

    def _url(self, path: str, said: Mapping[str, object]) -> str:
        known = {name: value for name, value in said.items() if value is not None}
        return f"{self._client.base}/{path}" + (f"?{urlencode(known)}" if known else "")
