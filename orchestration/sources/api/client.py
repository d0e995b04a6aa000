"""One GET at a time: waits where the service asks for it, and tries again what passes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.exceptions import ChunkedEncodingError, ContentDecodingError, Timeout
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_exponential_jitter,
)

from orchestration.sources.api.errors import ExtractError, ServiceUnavailable, TokenError
from orchestration.sources.api.limits import is_limited, pause_after, seconds_to_wait
from orchestration.sources.api.service import Service

Log = Callable[[str], None]
Sleep = Callable[[float], None]

# With the waits between them, a service may be away for about two minutes.
TRIES = 8
TIMEOUT_SECONDS = (10.0, 60.0)  # to connect; between two bytes of the answer
_REDIRECTS = (301, 302, 307, 308)
_MOST_REDIRECTS = 5

_backoff = wait_exponential_jitter(initial=1, max=60)
# GitHub asks for this where a limit has no headers.
_unknown_limit = wait_exponential(multiplier=60, min=60, max=900)


@dataclass(frozen=True)
class Answer:
    """A whole answer: its JSON, as sent and parsed, and the address of the next page.

    `document` is None where there is nothing, with a status that the caller named as `absent`.
    """

    body: bytes
    document: Any
    next: str | None


class _Passing(Exception):
    """What may go well the next time; `wait` in seconds, None for what is not known."""

    def __init__(self, words: str, *, is_limit: bool = False, wait: float | None = None) -> None:
        super().__init__(words)
        self.is_limit, self.wait = is_limit, wait


class Client:
    """Reads one service with one token. `sleep` takes seconds."""

    def __init__(
        self,
        service: Service,
        base: str,
        token: str,
        *,
        log: Log,
        sleep: Sleep | None = None,
        timeout: tuple[float, float] = TIMEOUT_SECONDS,
    ) -> None:
        self.service, self.base = service, base
        self._log, self._sleep, self._timeout = log, sleep or time.sleep, timeout
        self._pause = 0.0
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": "fairlead", **service.headers})
        # As `auth`, or the library would look for another token in ~/.netrc.
        self._session.auth = _Authorization(service.authorization.format(token))

    def get(self, url: str, absent: Collection[int] = ()) -> Answer:
        """The answer of an address of this service. Raises ExtractError.

        `absent` are statuses that mean: there is none of it.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(_Passing),
            stop=stop_after_attempt(TRIES),
            wait=_wait,
            before_sleep=self._tell,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._once, url, absent)
        except _Passing as problem:
            raise ServiceUnavailable(
                f"{self.service.name}: {_path(url)}: {problem}, {TRIES} times in a row."
                " Call the same command again later: it goes on where it stopped."
            ) from None

    def _once(self, url: str, absent: Collection[int]) -> Answer:
        if self._pause:
            self._tell_wait(self._pause)
            pause, self._pause = self._pause, 0.0
            self._sleep(pause)
        response = self._send(url)
        status, headers = response.status_code, response.headers
        if is_limited(status, headers, response.content):
            wait = seconds_to_wait(headers)
            raise _Passing("the limit of requests is reached", is_limit=True, wait=wait)
        self._pause = pause_after(headers)
        if status in absent:
            return Answer(b"null", None, None)
        if status in (202, 408) or status >= 500:
            wait = seconds_to_wait(headers) if "Retry-After" in headers else None
            raise _Passing(f"it answers {status}", wait=wait)
        if status != 200:
            raise self._refusal(status, url, response)
        try:
            document = json.loads(response.content)
        except ValueError:
            raise _Passing("the answer is cut off or no JSON") from None
        return Answer(response.content, document, response.links.get("next", {}).get("url"))

    def _send(self, url: str) -> requests.Response:
        """Redirects are followed within the service: a token is never shown to another."""
        for _ in range(_MOST_REDIRECTS):
            if _origin(url) != _origin(self.base):
                raise ExtractError(
                    f"{self.service.name} leads to {urlsplit(url).hostname}, another address"
                    " than its own. Give the address of the API itself with --api-url."
                )
            try:
                response = self._session.get(url, timeout=self._timeout, allow_redirects=False)
            except (
                requests.ConnectionError,
                Timeout,
                ChunkedEncodingError,
                ContentDecodingError,
            ) as problem:
                # Its own words hold addresses, and its request holds the token.
                raise _Passing(f"no whole answer ({type(problem).__name__})") from None
            except requests.RequestException as problem:
                raise ExtractError(
                    f"{self.service.name}: {_path(url)} cannot be asked ({type(problem).__name__})"
                ) from None
            if response.status_code not in _REDIRECTS or "Location" not in response.headers:
                return response
            url = urljoin(url, response.headers["Location"])
        raise ExtractError(f"{self.service.name}: {_path(url)} leads in a circle")

    def _refusal(self, status: int, url: str, response: requests.Response) -> ExtractError:
        name, headers = self.service.name, response.headers
        variable, rights = self.service.token_variable, self.service.rights
        if status == 401:
            return TokenError(
                f"{name} refuses the token in {variable} (401): it is wrong, was revoked or has"
                f" expired. Make a new one ({rights})."
            )
        place = f"{name}: {_path(url)}"
        if "X-GitHub-SSO" in headers:
            return ExtractError(
                f"{place}: the organisation asks for single sign-on ({status}). Authorise the"
                f" token in {variable} for it, in the settings of your tokens."
            )
        if status == 403:
            asked = headers.get("X-Accepted-GitHub-Permissions") or headers.get(
                "X-Accepted-OAuth-Scopes"
            )
            needed = f"; here it asks for {asked}" if asked else ""
            return ExtractError(
                f"{place}: the token in {variable} may not read this (403). It needs"
                f" {rights}{needed}. Or leave the stream out, see --stream."
            )
        if status == 404:
            return ExtractError(
                f"{place}: there is no such thing, or the token in {variable} may not see it"
                f" (404). Look at the spelling; the token needs {rights}."
            )
        return ExtractError(
            f"{place}: the request is refused ({status}). If it stays so, leave the stream out,"
            " see --stream."
        )

    def _tell(self, state: RetryCallState) -> None:
        problem = state.outcome.exception() if state.outcome else None
        seconds = state.next_action.sleep if state.next_action else 0.0
        if isinstance(problem, _Passing) and problem.is_limit:
            self._tell_wait(seconds)
        else:
            again = f"try {state.attempt_number + 1} of {TRIES} in {seconds:.0f} s"
            self._log(f"{self.service.name}: {problem}; {again}")

    def _tell_wait(self, seconds: float) -> None:
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        self._log(
            f"{self.service.name}: the limit of requests is reached;"
            f" going on at {at:%H:%M:%S} UTC, in {seconds:,.0f} s"
        )


class _Authorization(requests.auth.AuthBase):
    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


def _wait(state: RetryCallState) -> float:
    problem = state.outcome.exception() if state.outcome else None
    assert isinstance(problem, _Passing)
    if problem.wait is not None:
        return problem.wait
    return _unknown_limit(state) if problem.is_limit else _backoff(state)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _path(url: str) -> str:
    return urlsplit(url).path
