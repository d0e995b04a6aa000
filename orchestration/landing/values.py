"""Type checks as SQL over one JSON value in its written form (a text keeps its quotes).

Checks work on the text that the value was written with, so that no number passes
through a float and no time through the session's zone.
"""

from __future__ import annotations

from orchestration.landing.tables import literal

_OFFSET = r"(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"
_CLOCK = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
# Ten digits reach from 2001 to 2286; thirteen would be milliseconds.
_EPOCH_SECONDS = r"[1-9][0-9]{8,9}(\.[0-9]+)?"
_FIRST_TIME = "timestamp '1970-01-02'"
_PLACEHOLDER_DATES = "(date '0001-01-01', date '1900-01-01', date '1970-01-01')"


def is_clean(kind: str, value: str, *, as_text: bool) -> str:
    """SQL, true or false for a value, and null (or true) for an absent one.

    A quick check of the usual forms: what is true here has no `fault`, and what is
    false may have none. `as_text`: numbers and booleans may be quoted, as in a file
    that has only texts.
    """
    if kind == "any":
        # An object would bring whatever it holds.
        elements = f"json_type({value}, '$[*]')"
        return (
            f"(case when starts_with({value}, '{{') then false when starts_with({value}, '[')"
            f" then not list_has_any({elements}, ['OBJECT', 'ARRAY']) else true end)"
        )
    if kind == "text":
        return f"starts_with({value}, '\"')"
    if kind == "integer" and as_text:
        return f"regexp_full_match({_bare(value, as_text)}, '-?[0-9]+')"
    if kind == "integer":
        # Of all JSON values only numbers begin with a minus or a digit; a third of the
        # time of a regular expression.
        others = "".join(f" and not contains({value}, '{sign}')" for sign in ".eEI")
        return f"({value} >= '-' and {value} < ':'{others})"
    if kind == "number":
        bare = _bare(value, as_text)
        return (
            f"(regexp_full_match({bare}, '-?[0-9][0-9.eE+-]*')"
            f" and ({bare} is null or try_cast({bare} as double) is not null))"
        )
    if kind == "boolean":
        return f"(lower({_bare(value, as_text)}) in ('true', 'false'))"
    if kind == "date":
        return f"({_date_fault(value)} is null)"
    # The two most common forms; what is rarer is left to `fault`.
    form = literal(f'"{_CLOCK}{_OFFSET}"')
    return (
        f"({value} is null or coalesce("
        f"try_cast(substring({value}, 2, 19) as timestamp) >= {_FIRST_TIME} and ("
        f"(strlen({value}) = 22 and ends_with({value}, 'Z\"'))"
        f" or regexp_full_match({value}, {form})), false))"
    )


def fault(kind: str, value: str, *, as_text: bool, zoned: bool) -> str:
    """SQL, the reason why a value is not valid; null for a good or absent one.

    `zoned`: the contract names a zone for timestamps without an offset.
    """
    if kind == "date":
        return _date_fault(value)
    if kind == "timestamp":
        return _timestamp_fault(value, zoned)
    clean = is_clean(kind, value, as_text=as_text)
    return f"(case when not {clean} then 'wrong_type' end)"


def _bare(value: str, as_text: bool) -> str:
    return f"trim({value}, '\"')" if as_text else value


def _date_fault(value: str) -> str:
    bare = f"trim({value}, '\"')"
    return f"""(case
        when {value} is null then null
        when not starts_with({value}, '"') then 'wrong_type'
        when starts_with({bare}, '0000-00-00') then 'zero_date'
        when not regexp_full_match({bare}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')
            or try_cast({bare} as date) is null then 'not_a_date'
        when try_cast({bare} as date) in {_PLACEHOLDER_DATES} then 'placeholder_date'
    end)"""


def _timestamp_fault(value: str, zoned: bool) -> str:
    bare = f"trim({value}, '\"')"
    # The offset is checked by its form: a cast would need the session's zone data.
    clock = f"try_cast(regexp_replace({bare}, '{_OFFSET}$', '') as timestamp)"
    naive = "null" if zoned else "'naive_timestamp'"
    return f"""(case
        when {value} is null or regexp_full_match({bare}, '{_EPOCH_SECONDS}') then null
        when not starts_with({value}, '"') then 'wrong_type'
        when starts_with({bare}, '0000-00-00') then 'zero_date'
        when {clock} is null then 'not_a_timestamp'
        when {clock} < {_FIRST_TIME} then 'placeholder_date'
        when regexp_full_match({bare}, '{_CLOCK}{_OFFSET}') then null
        when regexp_full_match({bare}, '{_CLOCK}') then {naive}
        else 'not_a_timestamp'
    end)"""
