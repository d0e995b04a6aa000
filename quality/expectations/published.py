"""What goes out, looked at from outside: by counting anew, not by asking the gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quality.expectations.counted import CountedExpectation

# Whole words of a column's name that speak of single people, or count them.
PEOPLE_WORDS = (
    "person", "people", "employee", "contributor", "author", "reviewer", "manager", "login",
    "user", "email", "identity", "numerator", "denominator", "n",
)  # fmt: skip
# What policy itself needs: a band, the minimum, and who counts as a contributor.
ALLOWED_COLUMNS = ("people_band", "minimum_people", "contributor_rule")


class ExpectColumnsWithoutPeople(CountedExpectation):
    """No column of a published table is named after people or counts them. Counts columns."""

    schema_name: str
    table_name: str

    @classmethod
    def sql(cls, values: Mapping[str, Any]) -> str:
        words = ", ".join(f"'{word}'" for word in PEOPLE_WORDS)
        allowed = ", ".join(f"'{name}'" for name in ALLOWED_COLUMNS)
        return f"""
        select
            count(*) as n_checked,
            count(*) filter (
                where list_has_any(string_split(lower(column_name), '_'), [{words}])
                    and column_name not in ({allowed})
            ) as n_unexpected
        from duckdb_columns()
        where
            database_name = current_database()
            and schema_name = '{values["schema_name"]}'
            and table_name = '{values["table_name"]}'
        """


class ExpectEnoughPeopleBehindEachValue(CountedExpectation):
    """The people behind each shown value, counted anew, reach the minimum and their band.

    Reads the memberships of the cohorts in the warehouse, which is attached as `beside`; the
    minimum is the audience's for the metric's data class. Counts shown values.
    """

    audience: str

    @classmethod
    def sql(cls, values: Mapping[str, Any]) -> str:
        return f"""
        with
        shown as (
            select * from {{batch}} where status = 'shown'
        ),
        people as (
            select
                population_base, cohort_family, cohort_key, period_id,
                count(distinct contributor_key) as n_people
            from beside.cohorts.coh_memberships
            group by all
        ),
        counted as (
            select
                shown.people_band,
                coalesce(people.n_people, 0) as n_people,
                minimums.minimum_people
            from shown
            left join beside.cohorts.coh_cells as cells on shown.cell_id = cells.cell_id
            left join people
                on cells.population_base = people.population_base
                and cells.cohort_family = people.cohort_family
                and cells.cohort_key = people.cohort_key
                and cells.period_id = people.period_id
            left join beside.policy.metric_catalog as catalog
                on shown.metric_id = catalog.metric_id
            left join beside.policy.privacy_minimums as minimums
                on catalog.data_class = minimums.data_class
                and minimums.audience = '{values["audience"]}'
        )
        select
            count(*) as n_checked,
            count(*) filter (
                where minimum_people is null
                    or n_people < minimum_people
                    or n_people < try_cast(regexp_extract(people_band, '^[0-9]+') as integer)
                    or n_people > try_cast(regexp_extract(people_band, '–([0-9]+)$', 1) as integer)
            ) as n_unexpected
        from counted
        """


class ExpectEachMetricBesideItsPartner(CountedExpectation):
    """Each cell's partner of the catalog is published for the same cohort and period.

    Shown or not: a reader must see that it is withheld. Counts shown cells.
    """

    schema_name: str

    @classmethod
    def sql(cls, values: Mapping[str, Any]) -> str:
        return f"""
        with
        cells as (select * from {{batch}}),
        catalog as (
            select metric_id, shown_beside from {values["schema_name"]}.metric_catalog
        )
        select
            count(*) as n_checked,
            count(*) filter (
                where not exists (
                    select 1 from cells as partners
                    where
                        partners.metric_id = catalog.shown_beside
                        and partners.cohort_family = cells.cohort_family
                        and partners.cohort_key = cells.cohort_key
                        and partners.period_start = cells.period_start
                )
            ) as n_unexpected
        from cells
        left join catalog on cells.metric_id = catalog.metric_id
        where cells.status = 'shown'
        """
