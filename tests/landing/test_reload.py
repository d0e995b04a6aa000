"""Backfill: what is forgotten loads again, and nothing that only the warehouse has is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime

from orchestration.landing.reload import Forgotten, forget
from tests.landing.conftest import AT, LATER, change

BETWEEN = datetime(2026, 9, 15, tzinfo=UTC)


def test_a_stream_that_is_read_again_is_as_it_was(desk):
    desk.write([change(1), change(2), "{"], "a.jsonl")
    desk.write([change(3)], "b.jsonl", at=LATER)
    desk.load()
    before = desk.tables()
    assert forget(desk.connection, desk.folder, desk.streams["changes"]) == Forgotten(2, 0)
    assert desk.ids() == []
    assert desk.load().n_files_loaded == 2
    assert desk.tables() == before


def test_a_key_that_the_contract_gained_arrives_with_the_next_reading(desk, streams):
    desk.write([change(1, title="first")])
    keys = {path: key for path, key in streams["changes"].keys.items() if path != "title"}
    whole = streams["changes"]
    streams["changes"] = type(whole)(**{**whole.__dict__, "keys": keys})
    desk.load()
    assert desk.values("title") == [None]
    streams["changes"] = whole
    desk.load()
    assert desk.values("title") == [None]
    forget(desk.connection, desk.folder, whole)
    desk.load()
    assert desk.values("title") == ["first"]


def test_only_extracts_of_the_period_are_read_again(desk):
    desk.write([change(1)], "a.jsonl", at=AT)
    desk.write([change(2)], "b.jsonl", at=LATER)
    desk.load()
    changes = desk.streams["changes"]
    assert forget(desk.connection, desk.folder, changes, until=BETWEEN) == Forgotten(1, 0)
    assert desk.ids() == ["2"]
    desk.load()
    assert forget(desk.connection, desk.folder, changes, since=BETWEEN) == Forgotten(1, 0)
    assert desk.ids() == ["1"]


def test_other_streams_stay_as_they_are(desk):
    desk.write([change(1)])
    desk.write("employee_id\nE1\n", "roster.csv", stream="roster")
    desk.load()
    desk.load("roster")
    forget(desk.connection, desk.folder, desk.streams["changes"])
    assert desk.ids("roster") == ["E1"]
    assert desk.load("roster").n_files_unchanged == 1


def test_files_that_left_the_landing_folder_are_kept(desk):
    path = desk.write([change(1)], "a.jsonl")
    desk.write([change(2)], "b.jsonl")
    desk.load()
    path.unlink()
    again = forget(desk.connection, desk.folder, desk.streams["changes"])
    assert again == Forgotten(1, 1)
    assert desk.ids() == ["1"]
    desk.load()
    assert desk.ids() == ["1", "2"]


def test_a_file_that_had_another_content_is_kept(desk):
    desk.write([change(1)])
    desk.load()
    desk.write([change(2)])
    desk.load()
    again = forget(desk.connection, desk.folder, desk.streams["changes"])
    assert again == Forgotten(0, 1)
    assert desk.ids() == ["1", "2"]


def test_a_repeat_of_a_forgotten_file_does_not_stand_in_for_it(desk):
    desk.write([change(1)], "a.jsonl", at=AT)
    desk.write([change(1)], "b.jsonl", at=LATER)
    desk.load()
    changes = desk.streams["changes"]
    assert forget(desk.connection, desk.folder, changes, until=BETWEEN) == Forgotten(1, 0)
    desk.load()
    assert desk.ids() == ["1"]
