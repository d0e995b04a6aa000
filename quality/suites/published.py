"""What goes out: the disclosure check, on the published file itself.

Types, words and nulls are the contracts' business: DuckDB refuses a table that breaks them.
Here stands what a contract cannot say: how many people stand behind a number, how precise it
is, and what must stand beside it. Any failure stops the release.
"""

from __future__ import annotations

from collections.abc import Iterator

from quality.checks import Check, few_rows

# Attached beside the published file, for counting people anew.
MEMBERSHIPS = "beside.cohorts.coh_memberships"

# Every published table of the audiences that read aggregates, and those of them with cells.
AUDIENCES = {
    "leadership": (
        "brief",
        "data_sources",
        "definition_profiles",
        "definitions",
        "delivery",
        "dora_bands",
        "health",
        "metric_catalog",
        "on_call",
        "privacy_minimums",
        "quality",
        "release_info",
        "system_causes",
        "work",
    )
}
CELLS = {
    "leadership": (
        "definitions",
        "delivery",
        "health",
        "on_call",
        "quality",
        "system_causes",
        "work",
    )
}

# Shares of people move in steps that no single person can move: 10 points below 20 people,
# 5 below 100; below ten none is shown. Shares of events are shown by the point.
SHARES_OF_PEOPLE = (
    "share_of_people_paged_in_sleep_hours",
    "share_of_people_on_call_many_weeks",
    "share_of_people_over_on_call_share",
    "share_without_long_leave",
    "workload_favourable",
    "recovery_favourable",
    "flow_favourable",
    "manager_support_favourable",
    "safety_favourable",
    "growth_favourable",
    "stay_favourable",
    "trust_favourable",
)
_MORE_THAN_A_STEP = """
    case people_band
        when '10–19' then abs(value * 10 - round(value * 10)) > 1e-6
        when '20–49' then abs(value * 20 - round(value * 20)) > 1e-6
        when '50–99' then abs(value * 20 - round(value * 20)) > 1e-6
        when '100+' then abs(value * 100 - round(value * 100)) > 1e-6
        else true
    end
"""


def two_digits(number: str) -> str:
    """SQL: a number has at most two significant digits."""
    return (
        f"({number} = 0 or abs({number} / pow(10, floor(log10(abs({number}))) - 1)"
        f" - round({number} / pow(10, floor(log10(abs({number}))) - 1))) < 1e-6)"
    )


def checks() -> list[Check]:
    found: list[Check] = []
    for audience, tables in AUDIENCES.items():
        for table in tables:
            found.extend(_of_any_table(audience, table))
        for table in CELLS.get(audience, ()):
            found.extend(_of_cells(audience, f"{audience}.{table}"))
    return [*found, *_of_words("leadership")]


def _of_any_table(audience: str, table: str) -> Iterator[Check]:
    yield Check(
        f"{audience}.{table}",
        "no_column_is_about_a_person",
        "No column is named after people or counts them.",
        "critical",
        "ExpectColumnsWithoutPeople",
        {"schema_name": audience, "table_name": table},
    )


def _of_cells(audience: str, table: str) -> Iterator[Check]:
    yield Check(
        table,
        "enough_people_stand_behind_each_value",
        "Counted anew, the people behind each shown value reach the minimum and their band.",
        "critical",
        "ExpectEnoughPeopleBehindEachValue",
        {"audience": audience},
        needs=(MEMBERSHIPS,),
    )
    yield few_rows(
        table,
        "bands_reach_the_minimum",
        "Each shown value names a band of people that begins at the minimum or above.",
        where=f"""
            coalesce(try_cast(regexp_extract(people_band, '^[0-9]+') as integer), 0) < (
                select min(minimum_people) from {audience}.privacy_minimums
                where audience = '{audience}' and data_class = 'operational'
            )
        """,
        among="status = 'shown'",
        severity="critical",
        column="people_band",
    )
    yield few_rows(
        table,
        "hidden_cells_say_nothing",
        "The text of a cell that is not shown is its status and nothing else.",
        where="value_text is distinct from status",
        among="status != 'shown'",
        severity="critical",
        column="value_text",
    )
    yield few_rows(
        table,
        "each_value_says_how_far_it_can_be_relied_on",
        "A shown value is stable, emerging or weak; a cell that is not shown says nothing of it.",
        where="""
            case status
                when 'shown'
                    then coalesce(confidence not in ('stable', 'emerging', 'weak'), true)
                else confidence is not null
            end
        """,
        severity="critical",
        column="confidence",
    )
    yield few_rows(
        table,
        "shares_are_shares",
        "Shares lie between 0 and 1.",
        where="value not between 0 and 1",
        among="unit = 'share' and value is not null",
        severity="critical",
        column="value",
    )
    people = ", ".join(f"'{metric}'" for metric in SHARES_OF_PEOPLE)
    yield few_rows(
        table,
        "shares_of_people_move_in_steps",
        "A share of people is rounded to a step that no single person can move.",
        where=_MORE_THAN_A_STEP,
        among=f"metric_id in ({people}) and value is not null",
        severity="critical",
        column="value",
    )
    yield few_rows(
        table,
        "shares_of_events_are_whole_points",
        "A share of events is rounded to whole percentage points.",
        where="abs(value * 100 - round(value * 100)) > 1e-6",
        among=f"unit = 'share' and metric_id not in ({people}) and value is not null",
        severity="critical",
        column="value",
    )
    yield few_rows(
        table,
        "values_have_two_digits",
        "A value that is no share has at most two significant digits.",
        where=f"not {two_digits('value')}",
        among="unit != 'share' and value is not null",
        severity="critical",
        column="value",
    )
    yield few_rows(
        table,
        "exclusions_have_two_digits",
        "What was left out is counted to two significant digits.",
        where=f"""
            try_cast(excluded_band as double) is null
            or not {two_digits("try_cast(excluded_band as double)")}
        """,
        among="excluded_band is not null",
        severity="critical",
        column="excluded_band",
    )
    yield few_rows(
        table,
        "quarters_are_closed",
        "Each quarter ended at least 14 days before the as-of date.",
        where=f"""
            period_start + interval 3 months + interval 14 days
            > (select max(as_of) from {audience}.release_info)
        """,
        severity="critical",
        column="period_start",
    )
    yield Check(
        table,
        "each_metric_stands_beside_its_partner",
        "Each shown value has its partner of the catalog beside it: delivery never without"
        " reliability.",
        "critical",
        "ExpectEachMetricBesideItsPartner",
        {"schema_name": audience},
        column="metric_id",
        needs=(f"{audience}.metric_catalog",),
    )


def _of_words(audience: str) -> Iterator[Check]:
    yield few_rows(
        f"{audience}.brief",
        "sentences_count_no_people",
        "No sentence of the brief says how many people there are.",
        where=r"regexp_matches(lower(sentence), '\b[0-9]+ (people|persons|engineers|authors)\b')",
        severity="critical",
        column="sentence",
    )
    yield Check(
        f"{audience}.release_info",
        "is_one_row",
        "The release says once what it was made from.",
        "critical",
        "ExpectTableRowCountToEqual",
        {"value": 1},
        smallest=0,
    )
    yield few_rows(
        f"{audience}.privacy_minimums",
        "minimums_protect",
        "No minimum of people for figures is below five.",
        where="minimum_people < 5",
        among="data_class != 'themes'",
        severity="critical",
        column="minimum_people",
    )
