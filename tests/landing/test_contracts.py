"""What a stream contract must say before anything is collected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing import load_landing
from orchestration.landing.contracts import (
    ContractError,
    Key,
    forbidden,
    load_contracts,
    read_contract,
)

GOOD = """
source: acme
format: json
streams:
  changes:
    purpose: Lead time.
    kind: event
    retention: operational
    primary_key: [id]
    cursor: updated_at
    keys:
      id: {type: integer, required: true, why: identifies}
      updated_at: {type: timestamp, why: the latest wins}
      labels[].name: {type: text, why: work type}
"""

# A value of each type, as JSON.
VALUES = {
    "integer": 1,
    "number": 1.5,
    "text": "a",
    "boolean": True,
    "timestamp": "2026-01-02T03:04:05Z",
    "date": "2026-01-02",
    "any": ["a", 1],
}


def put(record: dict[str, Any], path: str, value: object) -> None:
    """Set what is at a path of a contract; lists get one element."""
    name, _, rest = path.partition(".")
    if not name.endswith("[]"):
        if rest:
            put(record.setdefault(name, {}), rest, value)
        else:
            record[name] = value
    elif rest:
        put(record.setdefault(name.removesuffix("[]"), [{}])[0], rest, value)
    else:
        record[name.removesuffix("[]")] = [value]


def read(tmp_path: Path, text: str):
    path = tmp_path / "acme.yml"
    path.write_text(text)
    return read_contract(path)


def test_every_shipped_contract_is_valid_and_says_why_each_key_is_collected():
    streams = load_contracts()
    assert {source for source, _ in streams} >= {"github", "pagerduty", "people"}
    for stream in streams.values():
        assert stream.required
        assert all(key.why for key in stream.keys.values())


def test_a_record_of_every_shipped_stream_loads_with_each_declared_key(tmp_path):
    streams = load_contracts()
    records: dict[str, dict[str, Any]] = {}
    for stream in streams.values():
        record = records[stream.table] = {}
        for path, key in stream.keys.items():
            kept = key.only[0] if key.only else VALUES[key.type]
            put(record, path, dict.fromkeys(key.within, "a") if key.within else kept)
        folder = tmp_path / stream.source / stream.name / "2026-02-01"
        folder.mkdir(parents=True)
        (folder / "part.jsonl").write_text(json.dumps({**record, "undeclared": 1}) + "\n")
    with duckdb.connect() as connection:
        load_landing(connection, tmp_path, streams)
        for table, record in records.items():
            ((loaded,),) = connection.execute(f"select record from raw.{table}").fetchall()
            assert json.loads(loaded) == record, table
        kinds = connection.execute("select distinct kind from raw.load_report").fetchall()
    assert kinds == [("loaded",)]


def test_a_contract_becomes_a_frozen_description_of_its_streams(tmp_path):
    (stream,) = read(tmp_path, GOOD)
    assert (stream.source, stream.name, stream.kind) == ("acme", "changes", "event")
    assert stream.table == "acme__changes"
    assert stream.primary_key == ("id",)
    assert stream.keys["id"] == Key("integer", "identifies", required=True)
    with pytest.raises(AttributeError):
        stream.kind = "snapshot"
    with pytest.raises(TypeError):
        stream.keys["more"] = stream.keys["id"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("type: integer", "type: int64", "id: unknown type 'int64'"),
        ("primary_key: [id]", "primary_key: [key]", "'key' is not among the keys"),
        ("primary_key: [id]", "primary_key: []", "primary_key must be a list"),
        (", why: identifies", "", "id: why is missing"),
        ("why: identifies", "why: this, that", "unknown that"),
        ("id: {", "base_salary: {", "base_salary: forbidden, pay"),
        ("id: {", "user.birthDate: {", "user.birthDate: forbidden, birth"),
        ("id: {", "ethnicity: {", "forbidden, ethnicity"),
        ("id: {", "medical_note: {", "forbidden, medical"),
        ("id: {", "leave_reason: {", "forbidden, leave reasons"),
        ("labels[].name", "user.login", "user.login: tells who somebody is"),
        ("labels[].name", "manager_employee_id", "mark it with person: true"),
        ("id: {", "a b: {", "not a path"),
        ("labels[].name", "id.name", "clashes"),
        ("labels[].name", "ID", "clashes"),
        ("cursor: updated_at", "cursor: id", "cursor 'id' is not a timestamp"),
        ("kind: event", "kind: stream", "unknown kind 'stream'"),
        ("format: json", "format: xml", "unknown format 'xml'"),
        ("    purpose: Lead time.\n", "", "purpose is missing"),
        ("required: true, ", "", "no part of the primary key is required"),
        ("text, why: work", "text, required: true, why: work", "cannot be required"),
        ("labels[].name", "id", "declared twice"),
        ("labels[].name: {type: text,", "labels[].by.name: {type: text, only: [a],", "only fits"),
        ("integer, required: true", "integer, only: ['1']", "only fits a text"),
        ("text, why: work", "text, only: a, why: work", "only must be a list of texts"),
        ("text, why: work", "any, within: [a], why: work", "within fits a key of type any"),
        ("labels[].name: {type: text", "p: {type: any, within: [Pay]", "Pay: forbidden, pay"),
        ("streams:", "streams: [", "not valid YAML"),
    ],
)
def test_a_malformed_contract_is_refused_with_its_file_and_key(tmp_path, old, new, message):
    assert old in GOOD
    with pytest.raises(ContractError) as error:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert "acme.yml" in str(error.value)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "name", ["Salary", "base-pay", "DOB", "dateOfBirth", "Sick Days", "Leave Reason"]
)
def test_forbidden_names_are_recognised_however_they_are_spelt(name):
    assert forbidden(name)


@pytest.mark.parametrize(
    "name", ["payload", "stage", "user.type", "message", "availability", "page"]
)
def test_names_that_merely_contain_a_forbidden_word_are_allowed(name):
    assert forbidden(name) is None
