"""Why something did not run, in an error's own words where they cannot quote a value of a row."""

from __future__ import annotations

import re

# The line with which dbt begins: kind of error, kind of node, node and file.
_HEADING = re.compile(r"\A(\w+) Error in \w+ \S+ \([^)]*\)\s*")
# dbt has read no row yet when it compiles.
_COMPILATION = "Compilation"
# These speak of the query, or of the table as it was declared. Others, such as those of
# conversions and of keys, quote what they met.
_OF_THE_QUERY = re.compile(
    r"(Binder|Catalog|Parser) Error: |Constraint Error: (CHECK|NOT NULL) constraint failed"
)
_OF_A_CONTRACT = "This model has an enforced contract that failed."
_MISMATCH = re.compile(
    r"^\s*\| *(\w+) *\|[^|\n]*\|[^|\n]*\| *(missing in \w+|data type mismatch) *\|", re.MULTILINE
)
_ELSEWHERE = "it did not run; run.log has the details"


def reason(error: str) -> str:
    """What an error of DuckDB or dbt says, or where to read it."""
    error = error.strip()
    heading = _HEADING.match(error)
    told = error[heading.end() :] if heading else error
    if told.startswith(_OF_A_CONTRACT):
        columns = ", ".join(f"{column} ({how})" for column, how in _MISMATCH.findall(told))
        return f"its columns are not those of its contract: {columns}"
    is_compilation = heading is not None and heading.group(1) == _COMPILATION
    if is_compilation or _OF_THE_QUERY.match(told):
        return told.partition("\n")[0].strip()
    return _ELSEWHERE
