"""What connectors wrap around an object comes off before anything is checked."""

from __future__ import annotations

import json

import pytest

from tests.landing.conftest import change

WRAPPED = {
    "airbyte, as a file": lambda record: {
        "_airbyte_ab_id": "x",
        "_airbyte_emitted_at": 1,
        "_airbyte_data": record,
    },
    "airbyte, as messages": lambda record: {
        "type": "RECORD",
        "record": {"stream": "changes", "data": record, "emitted_at": 1},
    },
    "singer": lambda record: {
        "type": "RECORD",
        "stream": "changes",
        "record": record,
    },
    "devlake, as text": lambda record: {"url": "x", "data": json.dumps(record)},
    "data": lambda record: {"data": record},
}


@pytest.mark.parametrize("name", WRAPPED)
def test_an_envelope_comes_off(desk, name):
    wrap = WRAPPED[name]
    desk.write([wrap(change(1, body="x")), "{", wrap(change(2, title=5)), wrap({})])
    result = desk.load()
    assert not result.problems
    assert desk.ids() == ["1", "2"]
    assert desk.report("nulled") == [("wrong_type", "title", 1)]
    assert desk.quarantine() == [(2, "not_json", None), (4, "missing", "id")]


def test_messages_of_a_connector_are_counted_and_are_no_records(desk):
    wrap = WRAPPED["singer"]
    desk.write(
        [
            {"type": "SCHEMA", "stream": "changes", "schema": {}},
            wrap(change(1)),
            {"type": "STATE", "value": {}},
        ]
    )
    desk.load()
    assert desk.ids() == ["1"]
    assert desk.report("protocol_message") == [(None, None, 2)]
    assert desk.quarantine() == []


@pytest.mark.parametrize(
    "lines",
    [
        [change(1), {"data": change(2)}],
        [{"data": change(1)}, change(2)],
        [{"data": change(1)}, {"record": change(2)}],
    ],
)
def test_a_file_that_mixes_envelopes_is_refused_whole_by_name(desk, lines):
    desk.write(lines, "mixed.jsonl")
    desk.write([change(9)], "plain.jsonl")
    (problem,) = desk.load().problems
    assert problem.reason == "mixed_envelopes"
    assert problem.source_file.endswith("mixed.jsonl")
    assert desk.ids() == ["9"]


def test_a_damaged_line_in_a_wrapped_file_costs_only_itself(desk):
    lines = [json.dumps({"data": change(number)}) for number in (1, 2, 3)]
    lines[1] = lines[1].replace('"data"', '"dxta"')
    desk.write(lines)
    result = desk.load()
    assert not result.problems
    assert desk.ids() == ["1", "3"]
    assert desk.quarantine() == [(2, "not_an_object", None)]
