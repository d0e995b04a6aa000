"""One query that parses, prunes and checks rows, and says what becomes of each."""

from __future__ import annotations

import duckdb

from orchestration.landing.contracts import Stream
from orchestration.landing.envelopes import (
    BARE,
    envelope_of,
    is_message,
    markers,
    unwrapped,
)
from orchestration.landing.kept import kept
from orchestration.landing.rows import Rows
from orchestration.landing.shape import Shape
from orchestration.landing.tables import literal, quoted

LANDED = "temp.main.fairlead_landed"
FILES = "temp.main.fairlead_files"

_FAULTS = "struct(field varchar, reason varchar, is_fatal boolean)[]"


def judge(connection: duckdb.DuckDBPyConnection, stream: Stream, rows: Rows) -> None:
    """Write two temporary tables.

    LANDED, one row per row of the files and in their order: `file_key`, `record` (null
    where the row is not loaded), `record_hash`, `faults`, `envelope` (null for a row
    that is no record). FILES, one row per file that has rows: `file_key`,
    `source_file`, `extracted_at`, `row_offset` (a row's number less its rowid),
    `is_mixed`.
    """
    connection.execute(_query(stream, rows))
    values = ", ".join(["(?, ?, ?::timestamptz)"] * len(rows.files))
    connection.execute(
        f"""
        create or replace temp table fairlead_files as
        select
            file_key,
            source_file,
            extracted_at,
            {rows.first_row} - min(landed.rowid) as row_offset,
            coalesce(min(envelope) <> max(envelope), false)
                or coalesce(max(envelope) <> {rows.envelope}, false) as is_mixed
        from (values {values}) as named (file_key, source_file, extracted_at)
        inner join {LANDED} as landed using (file_key)
        group by all
        """,
        [
            value
            for key, file in rows.files.items()
            for value in (key, file.source_file, file.extracted_at)
        ],
    )


def _query(stream: Stream, rows: Rows) -> str:
    shape = Shape(stream, as_text=rows.as_text)
    marked = markers(stream)
    structure = literal(shape.structure(marked if rows.envelope == BARE else ()))
    if rows.envelope == BARE:
        values = {name: f"object.{quoted(name)}" for name in marked}
    else:
        values = {name: f"wrapper.{quoted(name)}" for name in marked}
    wrapper = "null"
    message = "false"
    if rows.envelope != BARE:
        keys = ", ".join(f'"{name}": "JSON"' for name in marked)
        wrapper = f"try(json_transform(line, '{{{keys}}}'))"
        message = f"(envelope = {BARE} and {is_message('line')})"
    clean = shape.is_clean("object")
    # In a wrapped file, a line is a bare record only if it has a key that records need;
    # without one it is a damaged line.
    required = literal(_json_path(stream.required[0]))
    foreign = f"envelope > {BARE} or json_exists(line, {required})"
    blank = "line is null or trim(line, ' \t') = ''"
    lone = "[{{'field': null, 'reason': {0}, 'is_fatal': true}}]"
    # The cases of a CASE are computed for the rows that reach them: a good record is
    # parsed once and checked by cheap comparisons.
    return f"""
        create or replace temp table fairlead_landed as
        with lines as ({rows.sql}),
        payloads as (
            select *, {unwrapped(rows.envelope, "line")} as payload,
                {wrapper} as wrapper
            from lines
        ),
        objects as (
            select *, try(json_transform(payload, {structure})) as object from payloads
        ),
        kept as (
            select * replace ({kept("object", stream)} as object) from objects
        ),
        checked as (
            select *,
                line_fault is null and object is not null and {clean} as is_clean,
                {envelope_of(values)} as envelope
            from kept
        ),
        judged as (
            select *,
                (case
                    when is_clean then null
                    when line_fault is not null then {lone.format("line_fault")}
                    when {blank} then {lone.format("'blank'")}
                    when not json_valid(line) then {lone.format("'not_json'")}
                    when {message} then {lone.format("'message'")}
                    when coalesce(not json_valid(payload), true)
                        or coalesce(json_type(try(payload::json)), '') <> 'OBJECT'
                        then {lone.format("'not_an_object'")}
                    else {shape.faults("object", "payload")}
                end)::{_FAULTS} as faults
            from checked
        ),
        mended as (
            select *,
                case
                    when faults is null or len(faults) = 0
                        then to_json({_declared("object", stream)})
                    when not list_contains(
                        list_transform(faults, lambda each_fault: each_fault.is_fatal),
                        true
                    ) then to_json({shape.mended("object", "faults")})
                end as record
            from judged
        )
        select
            file_key,
            record,
            case when record is not null then md5(record::varchar)
                else md5(coalesce(line, '')) end as record_hash,
            case when len(faults) > 0 then faults end as faults,
            case
                when is_clean then envelope
                when faults[1].reason in ('blank', 'not_json', 'message', 'ragged_row')
                    then null
                when envelope <> {rows.envelope} and not ({foreign}) then null
                else envelope
            end as envelope
        from mended
    """


def _json_path(path: str) -> str:
    return "$" + "".join(f'."{name}"' for name in path.split("."))


def _declared(record: str, stream: Stream) -> str:
    """The struct without the envelope's markers."""
    names = dict.fromkeys(path.split(".")[0].removesuffix("[]") for path in stream.keys)
    fields = ", ".join(f"{quoted(name)} := {record}.{quoted(name)}" for name in names)
    return f"struct_pack({fields})"
