"""Whether extracts still arrive."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from orchestration.landing import load_contracts
from orchestration.landing.freshness import freshness
from tests.landing.conftest import LATER, change

NEWEST = datetime(2026, 9, 30, tzinfo=UTC)


def late(desk, days, allowed=2):
    stream = replace(desk.streams["changes"], fresh_within_days=allowed)
    (found,) = freshness(desk.folder, [stream], NEWEST + timedelta(days=days))
    return found


def test_a_stream_is_late_once_its_newest_extract_is_older_than_the_contract_allows(desk):
    desk.write([change(1)])
    desk.write([change(2)], at=LATER)
    assert not late(desk, 2).is_late
    found = late(desk, 2.1)
    assert found.is_late
    assert found.newest == NEWEST
    assert found.sentence == (
        "acme/changes: the newest extract is of 2026-09-30 00:00 UTC, "
        "and one is expected every 2 days"
    )


def test_a_stream_that_is_not_connected_is_not_late(desk):
    assert late(desk, 100).newest is None
    assert not late(desk, 100).is_late


def test_without_a_promise_in_the_contract_nothing_is_late(desk):
    desk.write([change(1)])
    assert not late(desk, 1000, allowed=None).is_late


def test_every_shipped_stream_says_how_often_it_comes():
    assert all(stream.fresh_within_days for stream in load_contracts().values())
