"""How much came in: against the load report, earlier extracts and other streams.

No expectation here knows how much an organisation should have. Each compares an extract with
what came before it or beside it, and does not apply where there is nothing to compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quality.expectations.counted import CountedExpectation


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _of_stream(values: Mapping[str, Any]) -> str:
    return f"source = {_text(values['source'])} and stream = {_text(values['stream'])}"


class ExpectRowsToHaveAMatch(CountedExpectation):
    """The keys of the rows `among` exist in another table; nulls are not looked up.

    Unless `other_must_have_rows`, this does not apply while the other table is empty: a source
    may not be connected yet. Counts distinct keys.
    """

    key: str
    other: str
    other_key: str
    among: str = "true"
    other_must_have_rows: bool = False

    @classmethod
    def sql(cls, values: Mapping[str, Any]) -> str:
        applies = "true" if values["other_must_have_rows"] else "exists (select 1 from other)"
        return f"""
        with
        own as (
            select distinct {values["key"]} as matching_key from {{batch}} where {values["among"]}
        ),
        other as (
            select distinct {values["other_key"]} as matching_key from {values["other"]}
        )
        select
            count(*) as n_checked,
            count(*) filter (
                where not exists (
                    select 1 from other where other.matching_key = own.matching_key
                )
            ) as n_unexpected
        from own
        where own.matching_key is not null and {applies}
        """


class ExpectFewFaultyLines(CountedExpectation):
    """Of the lines of a stream's newest extract, few are of a kind of the load report.

    `kind`: quarantined (of all lines) or nulled (of the loaded ones, by the worst field).
    """

    source: str
    stream: str
    kind: str

    @classmethod
    def sql(cls, values: Mapping[str, Any]) -> str:
        return f"""
        with
        of_stream as (select * from {{batch}} where {_of_stream(values)}),
        newest as (
            select * from of_stream
            where extracted_at = (
                select max(extracted_at) from of_stream where kind in ('loaded', 'quarantined')
            )
        ),
        by_field as (
            select kind, field, sum(n_rows) as n_rows from newest group by all
        )
        select
            coalesce(sum(n_rows) filter (
                where kind = 'loaded' or (kind = 'quarantined' and {_text(values["kind"])} = kind)
            ), 0)::bigint as n_checked,
            coalesce(case {_text(values["kind"])}
                when 'nulled' then max(n_rows) filter (where kind = 'nulled')
                else sum(n_rows) filter (where kind = 'quarantined')
            end, 0)::bigint as n_unexpected
        from by_field
        """


class ExpectNewestExtractToBeAccepted(CountedExpectation):
    """The newest extract of a stream was not refused as a whole. Counts extracts."""

    source: str
    stream: str

    @classmethod
    def sql(cls, values: Mapping[str, Any]) -> str:
        return f"""
        with
        by_extract as (
            select
                extracted_at,
                bool_or(kind in ('loaded', 'already_loaded')) as is_accepted,
                bool_or(kind = 'refused') as is_refused
            from {{batch}}
            where {_of_stream(values)} and extracted_at is not null
            group by extracted_at
        )
        select
            count(*) as n_checked,
            count(*) filter (where is_refused and not is_accepted) as n_unexpected
        from by_extract
        where extracted_at = (select max(extracted_at) from by_extract)
        """


class ExpectSnapshotToKeepItsSize(CountedExpectation):
    """A stream that sends the full list each time did not shrink, or grow, beyond a factor.

    Compares the newest extract with the one before; does not apply to lists of fewer than
    `smallest_list` rows. Counts comparisons: one or none.
    """

    source: str
    stream: str
    at_least: float = 0.0
    at_most: float = 1e9
    smallest_list: int = 1

    @classmethod
    def sql(cls, values: Mapping[str, Any]) -> str:
        return f"""
        with
        extracts as (
            select extracted_at, sum(n_rows) as n_rows
            from {{batch}}
            where {_of_stream(values)} and kind = 'loaded'
            group by extracted_at
        ),
        compared as (
            select n_rows, lag(n_rows) over (order by extracted_at) as n_before, extracted_at
            from extracts
        )
        select
            count(*) as n_checked,
            count(*) filter (
                where n_rows < {values["at_least"]} * n_before
                    or n_rows > {values["at_most"]} * n_before
            ) as n_unexpected
        from compared
        where
            extracted_at = (select max(extracted_at) from extracts)
            and n_before >= {values["smallest_list"]}
        """


class ExpectStreamToGoOn(CountedExpectation):
    """A stream did not fall silent while the other streams of its source brought news.

    Compares the distinct keys with a time in the `window_days` before the stream's newest
    extract with the mean of the three windows before. Applies where those had
    `smallest_window` each, and the source's other streams brought as many new records in
    the same weeks. Counts streams: one or none. at: SQL, the time of an event as timestamp.
    """

    source: str
    stream: str
    key: str
    at: str
    window_days: int
    smallest_window: int
    at_least: float

    @classmethod
    def sql(cls, values: Mapping[str, Any]) -> str:
        window = f"interval {int(values['window_days'])} days"
        smallest = int(values["smallest_window"])
        source, stream = _text(values["source"]), _text(values["stream"])
        return f"""
        with
        newest as (
            select max(extracted_at) at time zone 'UTC' as moment
            from raw.load_report
            where source = {source} and stream = {stream} and kind in ('loaded', 'already_loaded')
        ),
        events as (
            select distinct {values["key"]} as event_key, {values["at"]} as event_at
            from {{batch}}
        ),
        volumes as (
            select
                count(distinct event_key) filter (where event_at >= moment - {window}) as n_recent,
                count(distinct event_key) filter (where event_at < moment - {window}) / 3
                    as n_usual
            from events, newest
            where event_at >= moment - 4 * {window} and event_at < moment
        ),
        others as (
            select
                coalesce(sum(n_rows) filter (where kind = 'loaded'), 0)
                - coalesce(sum(n_rows) filter (where kind = 'duplicate'), 0) as n_new
            from raw.load_report, newest
            where
                source = {source}
                and stream != {stream}
                and abs(epoch(extracted_at at time zone 'UTC' - moment)) <= epoch({window})
        )
        select
            count(*) as n_checked,
            count(*) filter (where n_recent < {values["at_least"]} * n_usual) as n_unexpected
        from volumes, others
        where n_usual >= {smallest} and n_new >= {smallest}
        """


class ExpectStreamToKeepUp(CountedExpectation):
    """The newest extract of a stream is not much older than the newest of its source.

    Does not apply to a source with one stream. Counts streams: one or none.
    """

    source: str
    stream: str
    days: int

    @classmethod
    def sql(cls, values: Mapping[str, Any]) -> str:
        source, stream = _text(values["source"]), _text(values["stream"])
        return f"""
        with
        newest as (
            select
                max(extracted_at) filter (where stream = {stream}) as own_at,
                max(extracted_at) filter (where stream != {stream}) as other_at
            from {{batch}}
            where source = {source} and kind in ('loaded', 'already_loaded')
        )
        select
            count(*) as n_checked,
            count(*) filter (where own_at < other_at - interval {int(values["days"])} days)
                as n_unexpected
        from newest
        where own_at is not null and other_at is not null
        """
