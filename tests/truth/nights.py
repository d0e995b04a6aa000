"""Nights that a call broke, on the clock of who was called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.truth.calls import Call, is_in_sleep_hours
from tests.truth.definitions import threshold


@dataclass(frozen=True)
class Night:
    began_on: date
    is_interrupted_again: bool
    hours_of_rest: float | None


def nights(calls: list[Call], as_of: datetime) -> list[Night]:
    """A night belongs to the date on which it began: a call at 03:00 breaks the night before."""
    calls_of: dict[date, list[Call]] = {}
    for call in calls:
        if call.local is not None and is_in_sleep_hours(call.local):
            on_the_clock = call.local.replace(tzinfo=None)
            began = on_the_clock - timedelta(hours=threshold("sleep_hours_end"))
            calls_of.setdefault(began.date(), []).append(call)
    return [
        Night(
            began_on=began_on,
            is_interrupted_again=any(is_followed(call, calls) for call in of_night),
            hours_of_rest=rest_after(of_night[-1], calls, as_of),
        )
        for began_on, of_night in calls_of.items()
    ]


def after(call: Call, calls: list[Call]) -> list[Call]:
    return calls[calls.index(call) + 1 :]


def is_followed(call: Call, calls: list[Call]) -> bool:
    """Whether another incident called within so many hours; one that calls again does not."""
    return any(
        other.is_first_of_incident
        and hours_between(call.paged_at, other.paged_at) <= threshold("recovery_hours")
        for other in after(call, calls)
    )


def rest_after(call: Call, calls: list[Call], as_of: datetime) -> float | None:
    """From the last call of the night to the next one of any kind, at most a day. Where the record
    ends sooner nobody knows."""
    cap = threshold("undisturbed_cap_hours")
    later = after(call, calls)
    if later:
        return min(cap, hours_between(call.paged_at, later[0].paged_at))
    return cap if hours_between(call.paged_at, as_of) >= cap else None


def hours_between(start: datetime, stop: datetime) -> float:
    return (stop - start).total_seconds() / 3600
