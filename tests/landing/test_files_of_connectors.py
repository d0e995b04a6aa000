"""Whole files as Airbyte, dlt, Singer and DevLake write them, dropped into the landing folder."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing import load_contracts, load_landing
from orchestration.landing.check import check_landing
from tests.landing.conftest import AT
from tests.landing.test_vendors_gitlab_jira import MERGE_REQUEST

RECORDS = [
    {**MERGE_REQUEST, "id": 800 + number, "iid": number, "title": f"Größe {number}"}
    for number in range(3)
]


def airbyte_file(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Destinations S3, GCS and Azure Blob Storage, format JSON Lines."""
    return [
        {
            "_airbyte_raw_id": f"5b1d5b0e-0000-4000-8000-00000000000{number}",
            "_airbyte_extracted_at": 1_788_134_400_000,
            "_airbyte_generation_id": 1,
            "_airbyte_meta": {"sync_id": 7, "changes": []},
            "_airbyte_data": record,
        }
        for number, record in enumerate(records)
    ]


def airbyte_messages(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a source prints."""
    stream = {"stream": "merge_requests", "emitted_at": 1_788_134_400_000}
    state = {"type": "STREAM", "stream": {"stream_descriptor": {"name": "merge_requests"}}}
    return [
        {"type": "LOG", "log": {"level": "INFO", "message": "Starting to sync"}},
        *({"type": "RECORD", "record": {**stream, "data": record}} for record in records),
        {"type": "STATE", "state": state},
        {"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1.0}},
    ]


def singer(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a tap prints."""
    stream = {"stream": "merge_requests"}
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    extracted = {"time_extracted": "2026-08-31T00:00:00.000000Z"}
    return [
        {"type": "SCHEMA", **stream, "schema": schema, "key_properties": ["id"]},
        *({"type": "RECORD", **stream, "record": record, **extracted} for record in records),
        {"type": "STATE", "value": {"bookmarks": {"merge_requests": {}}}},
    ]


def devlake(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a table `_raw_gitlab_api_merge_requests`, whose column `data` is text."""
    return [
        {
            "id": number,
            "params": '{"ConnectionId":1,"ProjectId":5}',
            "data": json.dumps(record),
            "url": "https://gitlab.example.com/api/v4/projects/5/merge_requests",
            "input": None,
            "created_at": "2026-08-31T00:00:00.000Z",
        }
        for number, record in enumerate(records, start=1)
    ]


def dlt(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The filesystem destination with `max_table_nesting=0` and the naming `direct`, which keeps
    objects whole and keys as they are; keys that are null are left out."""
    return [
        {
            **{key: value for key, value in record.items() if value is not None},
            "_dlt_load_id": "1795503056.4173691",
            "_dlt_id": f"K9MTOnnewxHTo{number}",
        }
        for number, record in enumerate(records)
    ]


CONNECTORS = {
    "airbyte, files": airbyte_file,
    "airbyte, messages": airbyte_messages,
    "singer": singer,
    "devlake": devlake,
    "dlt": dlt,
}


def write(landing: Path, lines: list[dict[str, Any]], name: str) -> None:
    path = landing / "gitlab" / "merge_requests" / AT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


def loaded(landing: Path, database: Path) -> tuple[list[Any], list[Any]]:
    """Records of the stream in order, and what else the load report counts, without repeats."""
    with duckdb.connect(database) as connection:
        load_landing(connection, landing, load_contracts())
        records = connection.execute(
            "select record, record_hash from raw.gitlab__merge_requests order by record ->> '$.id'"
        ).fetchall()
        report = connection.execute(
            "select kind, sum(n_rows)::bigint from raw.load_report where n_rows > 0"
            " group by all order by all"
        ).fetchall()
    return records, report


@pytest.mark.parametrize("name", CONNECTORS)
@pytest.mark.parametrize("file", ["part.jsonl.gz", "part.jsonl"])
def test_a_file_of_a_connector_loads_as_the_bare_records_do(
    tmp_path: Path, name: str, file: str
) -> None:
    write(tmp_path / "bare", RECORDS, "part.jsonl")
    expected, _ = loaded(tmp_path / "bare", tmp_path / "bare.duckdb")
    lines = CONNECTORS[name](RECORDS)
    write(tmp_path / "wrapped", lines, file)
    assert check_landing(tmp_path / "wrapped", load_contracts()).findings == []
    records, report = loaded(tmp_path / "wrapped", tmp_path / "wrapped.duckdb")
    assert len(expected) == len(RECORDS)
    assert records == expected
    n_messages = len(lines) - len(RECORDS)
    messages = [("protocol_message", n_messages)] if n_messages else []
    assert report == [("loaded", len(RECORDS)), *messages]


def test_files_of_dlt_with_flattened_objects_are_not_taken_for_whole_ones(tmp_path: Path) -> None:
    """Without `max_table_nesting=0`, objects become keys such as `author__username`."""
    flat = [{"id": 800, "iid": 1, "author__username": "ines.okoro", "_dlt_id": "x"}]
    write(tmp_path / "landing", flat, "part.jsonl")
    ((record, _),), _ = loaded(tmp_path / "landing", tmp_path / "warehouse.duckdb")
    assert "ines" not in record
