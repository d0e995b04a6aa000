-- Every candidate cell: a metric of a cohort in a closed quarter, with its parts and
-- how much of it the one or two largest contributors hold. Nothing here may be
-- published as it is.
with

families as (

    select * from {{ ref('cohort_families') }}

),

catalog as (

    select * from {{ ref('metric_catalog') }}

),

periods as (

    select * from {{ ref('dim_period') }}
    where
        period_grain = 'quarter'
        and is_closed

),

memberships as (

    select * from {{ ref('coh_memberships') }}

),

measured as (

    select * from {{ ref('met_measures') }}

),

-- Amounts that belong to people one by one; only these can be dominated by one of them.
amounts as (

    {% for metric_id, amount in [
        ('on_call_hours_per_person', 'hours_on_call'),
        ('pages_per_person', 'n_pages'),
        ('after_hours_pages_per_person', 'n_after_hours_pages'),
        ('sleep_hours_pages_per_person', 'n_sleep_hours_pages'),
    ] %}
        select
            group_family,
            group_key,
            period_id,
            '{{ metric_id }}' as metric_id,
            cast({{ amount }} as double) as amount
        from {{ ref('met_on_call_contributors') }}

        union all
    {% endfor %}

    select
        group_family,
        group_key,
        period_id,
        'lead_time_for_changes' as metric_id,
        cast(n_changes as double) as amount
    from {{ ref('met_delivery_contributors') }}

    union all

    select
        group_family,
        group_key,
        period_id,
        'wait_for_another_team' as metric_id,
        cast(n_changes as double) as amount
    from {{ ref('met_system_causes_contributors') }}

    union all

    select
        group_family,
        group_key,
        period_id,
        metric_id,
        amount
    from {{ ref('met_health_contributors') }}

    union all

    select
        group_family,
        group_key,
        period_id,
        metric_id,
        amount
    from {{ ref('met_work_contributors') }}

),

ranked_amounts as (

    select
        *,
        row_number() over (
            partition by group_family, group_key, period_id, metric_id
            order by amount desc
        ) as position_by_amount
    from amounts

),

dominance as (

    select
        group_family,
        group_key,
        period_id,
        metric_id,
        sum(amount) filter (where position_by_amount <= 1) / nullif(sum(amount), 0)
            as share_of_largest,
        sum(amount) filter (where position_by_amount <= 2) / nullif(sum(amount), 0)
            as share_of_two_largest
    from ranked_amounts
    group by group_family, group_key, period_id, metric_id

),

-- The grid: each cohort that had anyone, each closed quarter, each metric of its page
-- family.
cohorts as (

    select distinct
        population_base,
        cohort_family,
        cohort_key
    from memberships

),

-- Our own definition of each metric of each cohort; another's, of the whole alone.
profiles_of_metrics as (

    select
        metric_id,
        'fairlead' as profile_id,
        null as only_family
    from catalog

    union all

    select distinct
        metric_id,
        profile_id,
        'organisation' as only_family
    from measured
    where profile_id != 'fairlead'

),

grid as (

    select
        catalog.page_family,
        catalog.contributor_rule as population_base,
        cohorts.cohort_family,
        cohorts.cohort_key,
        periods.period_id,
        periods.period_start,
        periods.period_label,
        catalog.metric_id,
        profiles_of_metrics.profile_id
    from cohorts
    inner join catalog
        on
            cohorts.population_base = catalog.contributor_rule
            and (
                catalog.leadership_families = 'all'
                or list_contains(
                    string_split(catalog.leadership_families, ' '),
                    cohorts.cohort_family
                )
            )
    inner join families
        on
            catalog.page_family = families.page_family
            and cohorts.cohort_family = families.cohort_family
    inner join profiles_of_metrics
        on
            catalog.metric_id = profiles_of_metrics.metric_id
            and cohorts.cohort_family
            = coalesce(profiles_of_metrics.only_family, cohorts.cohort_family)
    cross join periods

),

final as (

    select
        concat_ws(
            ' | ',
            grid.page_family,
            grid.cohort_family,
            grid.cohort_key,
            grid.period_label,
            grid.metric_id,
            nullif(grid.profile_id, 'fairlead')
        ) as cell_id,
        grid.*,
        measured.value,
        measured.numerator,
        measured.denominator,
        measured.n_events,
        measured.n_excluded,
        measured.exclusion_note,
        measured.confidence,
        dominance.share_of_largest,
        dominance.share_of_two_largest
    from grid
    left join measured
        on
            grid.cohort_family = measured.group_family
            and grid.cohort_key = measured.group_key
            and grid.period_id = measured.period_id
            and grid.metric_id = measured.metric_id
            and grid.profile_id = measured.profile_id
    left join dominance
        on
            grid.cohort_family = dominance.group_family
            and grid.cohort_key = dominance.group_key
            and grid.period_id = dominance.period_id
            and grid.metric_id = dominance.metric_id

)

select * from final
