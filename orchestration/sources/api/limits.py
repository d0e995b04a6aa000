"""How long a service asks to wait, read from the headers of its answer.

GitHub (docs.github.com, "Rate limits for the REST API"): 403 or 429; `Retry-After` in seconds,
else `X-RateLimit-Reset` in seconds since 1970 when `X-RateLimit-Remaining` is 0, else at least a
minute, longer each time. PagerDuty (support.pagerduty.com, "REST API Rate Limits"): 429, with
`ratelimit-reset` in seconds from now.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# A limit counts by the hour at most; a longer wait would be a mistaken clock.
LONGEST_SECONDS = 3_700.0
# Clocks tick in whole seconds.
_MARGIN_SECONDS = 1.0


def is_limited(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer means "too many requests" and not "forbidden", which GitHub words alike."""
    if status == 429:
        return True
    return status == 403 and (
        "Retry-After" in headers or _is_used_up(headers) or b"rate limit" in body[:2_000].lower()
    )


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds until the next request may be sent; None where the answer does not say."""
    after = _number_or_date(headers.get("Retry-After"), headers)
    if after is None and _is_used_up(headers):
        after = _reset(headers)
    if after is None and "Ratelimit-Reset" in headers:
        after = _number(headers.get("Ratelimit-Reset"))
    return None if after is None else min(max(after, 0.0) + _MARGIN_SECONDS, LONGEST_SECONDS)


def pause_after(headers: Mapping[str, str]) -> float:
    """Seconds to leave before the next request when this answer was the last that is allowed."""
    left = headers.get("X-RateLimit-Remaining") or headers.get("Ratelimit-Remaining")
    return (seconds_to_wait(headers) or 0.0) if left == "0" else 0.0


def _is_used_up(headers: Mapping[str, str]) -> bool:
    return headers.get("X-RateLimit-Remaining") == "0" and "X-RateLimit-Reset" in headers


def _reset(headers: Mapping[str, str]) -> float | None:
    """Measured by the clock of the service, which set the time of the reset."""
    reset = _number(headers.get("X-RateLimit-Reset"))
    return None if reset is None else reset - _now(headers)


def _number_or_date(text: str | None, headers: Mapping[str, str]) -> float | None:
    number = _number(text)
    if number is not None or not text:
        return number
    try:
        return parsedate_to_datetime(text).timestamp() - _now(headers)
    except ValueError:
        return None


def _now(headers: Mapping[str, str]) -> float:
    try:
        return parsedate_to_datetime(headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return datetime.now(UTC).timestamp()


def _number(text: str | None) -> float | None:
    return float(text) if text and text.strip().isdecimal() else None
