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


class StreamsExpectation(CountedExpectation):
    """Looks at every stream of the load report in one query, and names those at fault.

    Subclasses say `verdicts`: SQL of (source, stream, is_at_fault), a row for each stream that
    there is something to say of. The batch is the load report. Counts streams.
    """

    @classmethod
    def verdicts(cls, values: Mapping[str, Any]) -> str:
        raise NotImplementedError

    @classmethod
    def sql(cls, values: Mapping[str, Any]) -> str:
        return f"""
        with verdicts as ({cls.verdicts(values)})
        select
            count(*) as n_checked,
            count(*) filter (where is_at_fault) as n_unexpected,
            string_agg(source || '/' || stream, ', ' order by source, stream)
                filter (where is_at_fault) as which
        from verdicts
        """


class ExpectFewFaultyLines(StreamsExpectation):
    """Of the lines of a stream's newest extract, few are of a kind of the load report.

    `kind`: quarantined (of all lines) or nulled (of the loaded ones, by the worst field). An
    extract of fewer than `smallest_extract` lines is not judged.
    """

    kind: str
    share: float
    smallest_extract: int

    @classmethod
    def verdicts(cls, values: Mapping[str, Any]) -> str:
        kind = _text(values["kind"])
        return f"""
        with
        newest as (
            select * from {{batch}}
            qualify extracted_at = max(
                case when kind in ('loaded', 'quarantined') then extracted_at end
            ) over (partition by source, stream)
        ),
        by_field as (
            select source, stream, kind, field, sum(n_rows) as n_rows from newest group by all
        ),
        counted as (
            select
                source,
                stream,
                coalesce(sum(n_rows) filter (
                    where kind = 'loaded' or (kind = 'quarantined' and {kind} = kind)
                ), 0) as n_lines,
                coalesce(case {kind}
                    when 'nulled' then max(n_rows) filter (where kind = 'nulled')
                    else sum(n_rows) filter (where kind = 'quarantined')
                end, 0) as n_faulty
            from by_field
            group by source, stream
        )
        select source, stream, n_faulty > {values["share"]} * n_lines as is_at_fault
        from counted
        where n_lines >= {int(values["smallest_extract"])}
        """


class ExpectNewestExtractsToBeAccepted(StreamsExpectation):
    """The newest extract of a stream was not refused as a whole."""

    @classmethod
    def verdicts(cls, values: Mapping[str, Any]) -> str:
        return """
        with by_extract as (
            select
                source,
                stream,
                extracted_at,
                bool_or(kind in ('loaded', 'already_loaded')) as is_accepted,
                bool_or(kind = 'refused') as is_refused
            from {batch}
            where extracted_at is not null
            group by all
        )
        select source, stream, is_refused and not is_accepted as is_at_fault
        from by_extract
        qualify extracted_at = max(extracted_at) over (partition by source, stream)
        """


class ExpectFilesToBeAccepted(StreamsExpectation):
    """No file of a stream was refused."""

    @classmethod
    def verdicts(cls, values: Mapping[str, Any]) -> str:
        return """
        select source, stream, bool_or(kind = 'refused') as is_at_fault
        from {batch}
        where kind in ('loaded', 'already_loaded', 'refused')
        group by source, stream
        """


class ExpectFullListsToKeepTheirSize(StreamsExpectation):
    """A stream that sends the full list each time did not shrink, or grow, beyond a factor.

    Compares the newest extract with the one before. `tables`: the raw tables of such streams.
    Lists of fewer than `smallest_list` rows are not judged.
    """

    tables: list[str]
    at_least: float = 0.0
    at_most: float = 1e9
    smallest_list: int = 1

    @classmethod
    def verdicts(cls, values: Mapping[str, Any]) -> str:
        tables = ", ".join(_text(table) for table in values["tables"])
        return f"""
        with
        extracts as (
            select source, stream, extracted_at, sum(n_rows) as n_rows
            from {{batch}}
            where source || '__' || stream in ({tables}) and kind = 'loaded'
            group by all
        ),
        compared as (
            select
                *,
                lag(n_rows) over (partition by source, stream order by extracted_at) as n_before
            from extracts
            qualify extracted_at = max(extracted_at) over (partition by source, stream)
        )
        select
            source,
            stream,
            n_rows < {values["at_least"]} * n_before or n_rows > {values["at_most"]} * n_before
                as is_at_fault
        from compared
        where n_before >= {values["smallest_list"]}
        """


class ExpectStreamsToKeepUp(StreamsExpectation):
    """The newest extract of a stream is not much older than the newest of its source.

    A source with one stream is not judged.
    """

    days: int

    @classmethod
    def verdicts(cls, values: Mapping[str, Any]) -> str:
        return f"""
        with newest as (
            select source, stream, max(extracted_at) as newest_at
            from {{batch}}
            where kind in ('loaded', 'already_loaded') and extracted_at is not null
            group by source, stream
        )
        select
            source,
            stream,
            newest_at < max(newest_at) over (partition by source)
            - interval {int(values["days"])} days as is_at_fault
        from newest
        qualify count(*) over (partition by source) > 1
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
