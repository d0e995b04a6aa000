"""What a load would say about a landing folder, row by row, without keeping anything of it.

The folder is loaded into a database that is thrown away, so a check and a load can never differ.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.landing import report
from orchestration.landing.catalogue import write_catalogue
from orchestration.landing.contracts import Stream
from orchestration.landing.judge import FILES, LANDED
from orchestration.landing.load import load_stream
from orchestration.landing.reasons import fix_for
from orchestration.landing.tables import ensure_raw, quoted

Log = Callable[[str], None]

ERROR, WARNING = "error", "warning"

_FINDINGS = """
create or replace temp table fairlead_findings (
    source_file varchar,
    row_number bigint,
    severity varchar,
    field varchar,
    reason varchar
)
"""


@dataclass(frozen=True)
class Finding:
    """One fault: an error is not loaded, a warning is loaded in part or twice.

    source_file is relative to the landing folder; row_number counts from 1, the header of a table
    included, and is None where the fault is of the whole file. Nothing repeats what a record holds.
    """

    source_file: str
    row_number: int | None
    severity: str
    field: str | None
    reason: str

    def __str__(self) -> str:
        row = "" if self.row_number is None else f":{self.row_number}"
        field = f"{self.field}: " if self.field else ""
        place = f"{self.source_file}{row}: {self.severity}: {field}"
        return f"{place}{self.reason}: {fix_for(self.reason)}"


@dataclass(frozen=True)
class Checked:
    """What a check looked at, and what it found, by file and row."""

    findings: list[Finding]
    n_files: int
    n_rows: int

    def count(self, severity: str) -> int:
        return sum(finding.severity == severity for finding in self.findings)


def check_landing(
    landing: Path, streams: Mapping[tuple[str, str], Stream], *, log: Log = lambda message: None
) -> Checked:
    """Check every file of a landing folder against the contracts of its streams.

    Records that a later extract repeats are no fault: extracts overlap. `log` hears of each stream
    that has files.
    """
    with (
        tempfile.TemporaryDirectory(prefix="fairlead-check-") as scratch,
        duckdb.connect(Path(scratch) / "check.duckdb") as connection,
    ):
        connection.execute("set TimeZone = 'UTC'")
        ensure_raw(connection, streams.values())
        connection.execute(_FINDINGS)
        write_catalogue(connection, landing, streams)
        n_files = n_rows = 0
        for stream in streams.values():
            loaded = load_stream(connection, landing, stream, observe=_observe)
            n_rows += loaded.n_rows_loaded + loaded.n_rows_quarantined
            found = loaded.n_files_loaded + loaded.n_files_repeated + len(loaded.problems)
            n_files += found
            if found:
                log(f"{stream.source}/{stream.name}: {found} files")
        return Checked(list(_findings(connection)), n_files, n_rows)


def shown(findings: Iterable[Finding], limit: int) -> Iterator[str]:
    """A line per finding; those beyond `limit` of one file, field and reason are counted at the
    end."""
    counts: Counter[tuple[str, str, str | None, str]] = Counter()
    for finding in findings:
        kind = (finding.source_file, finding.severity, finding.field, finding.reason)
        counts[kind] += 1
        if counts[kind] <= limit:
            yield str(finding)
    for (file, severity, field, reason), count in counts.items():
        if count > limit:
            place = f"{file}: {severity}: {f'{field}: ' if field else ''}"
            yield f"{place}{reason}: {count - limit:,} more rows"


def _observe(connection: duckdb.DuckDBPyConnection, stream: Stream) -> None:
    """Keep what the accounts of a load only count: rows with dropped values, and repeats."""
    raw = f"raw.{quoted(stream.table)}"
    connection.execute(
        f"""
        insert into fairlead_findings
        with landed as (
            select source_file, extracted_at, landed.rowid + row_offset as row_number,
                record_hash, faults
            from {LANDED} as landed
            inner join {FILES} using (file_key)
            where record is not null
        ),
        dropped as (
            select source_file, row_number, unnest(faults) as fault
            from landed
            where faults is not null
        ),
        numbered as (
            select source_file, row_number, record_hash, extracted_at,
                row_number() over (
                    partition by record_hash, extracted_at order by source_file, row_number
                ) as occurrence
            from landed
        )
        select source_file, row_number, '{WARNING}', fault.field, fault.reason
        from dropped
        union all
        select source_file, row_number, '{WARNING}', null, 'repeated'
        from numbered
        where occurrence > 1
            or (record_hash, extracted_at) in (select (record_hash, extracted_at) from {raw})
        """
    )


def _findings(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    rows = connection.execute(
        f"""
        select source_file, row_number, '{ERROR}' as severity, field, reason
        from raw.quarantine
        union all
        select source_file, null, '{ERROR}', field, reason
        from raw.load_report
        where kind in ('{report.REFUSED}', '{report.UNKNOWN}', '{report.INCOMPLETE}')
        union all
        select source_file, null, '{WARNING}', field, 'undeclared_column'
        from raw.load_report
        where kind = '{report.DROPPED}'
        union all
        from fairlead_findings
        order by all
        """
    ).fetchall()
    yield from (Finding(*row) for row in rows)
