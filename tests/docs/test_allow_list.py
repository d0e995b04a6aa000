"""LANDING.md says what the contracts say, and all of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestration.cli import main
from orchestration.landing import Key, load_contracts
from orchestration.landing.allow_list import allow_list
from orchestration.landing.contracts import FORBIDDEN_PHRASES, FORBIDDEN_WORDS
from orchestration.workspace import PROJECT_ROOT


def test_the_document_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contracts"]) == 0
    if capsys.readouterr().out != (PROJECT_ROOT / "LANDING.md").read_text("utf-8"):
        pytest.fail(
            "LANDING.md is stale. Renew it: .venv/bin/fairlead contracts > LANDING.md",
            pytrace=False,
        )


def test_every_stream_key_and_reason_is_in_the_document() -> None:
    streams = load_contracts()
    sections = allow_list(streams).split("\n### ")[1:]
    assert len(sections) == len(streams)
    for section, stream in zip(sections, streams.values(), strict=True):
        title, purpose, facts, keys = section.rstrip("\n").split("\n\n")
        assert (title, purpose) == (f"{stream.source}/{stream.name}", stream.purpose)
        assert {stream.kind, f"kept as {stream.retention}"} <= set(facts.strip("*").split("; "))
        assert [row.strip("| ").split(" | ")[0] for row in keys.splitlines()[2:]] == [
            f"`{path}`" for path in stream.keys
        ]
        assert all(key.why in keys for key in stream.keys.values())


def test_a_change_of_a_contract_changes_the_document() -> None:
    streams = load_contracts()
    identity = ("github", "releases")
    stream = streams[identity]
    before = allow_list(streams)
    changes = [
        {"cursor": None},
        {"zone": "Europe/Berlin"},
        {"fresh_within_days": 99},
        {"retention": "other"},
        {"keys": {**stream.keys, "id": replace(stream.keys["id"], person=True)}},
        {"keys": {**stream.keys, "more": Key("text", "a | b")}},
        {"keys": {**stream.keys, "more": Key("text", "a | b", only=("c",))}},
    ]
    found = {allow_list({**streams, identity: replace(stream, **change)}) for change in changes}
    assert len(found - {before}) == len(changes)
    assert any("| `more` | text |  |  | a \\| b |" in document for document in found)


def test_what_is_refused_by_name_is_in_the_document() -> None:
    document = allow_list(load_contracts())
    assert all(f"`{name}`" in document for name in [*FORBIDDEN_WORDS, *FORBIDDEN_PHRASES])
