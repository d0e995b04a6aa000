-- Of the defects that were found in production and are open at the end of a period, how
-- many have been for long: of every group of services, by month and quarter.
with

defects as (

    select * from {{ ref('fct_issues') }}
    where is_defect

),

service_groups as (

    select * from {{ ref('bridge_service_groups') }}

),

periods as (

    select
        *,
        least(period_end, {{ as_of() }}) as looked_at
    from {{ ref('dim_period') }}
    where period_grain != 'week'

),

open_defects as (

    select
        service_groups.group_family,
        service_groups.group_key,
        periods.period_id,
        periods.period_grain,
        periods.period_start,
        defects.is_found_in_production,
        defects.opened_at
        < periods.looked_at
        - to_days(cast({{ threshold('old_defect_days') }} as integer)) as is_old
    from defects
    inner join periods
        on
            defects.opened_at < periods.looked_at
            and coalesce(defects.closed_at >= periods.looked_at, true)
    inner join service_groups
        on
            defects.service_id = service_groups.service_id
            and {{ is_valid_at('periods.looked_at', 'service_groups') }}

),

final as (

    select
        group_family,
        group_key,
        period_id,
        period_grain,
        period_start,
        'share_of_open_defects_that_are_old' as metric_id,
        'fairlead' as profile_id,
        count(*) filter (where is_found_in_production and is_old)
        / nullif(count(*) filter (where is_found_in_production), 0) as value,
        cast(count(*) filter (where is_found_in_production and is_old) as double)
            as numerator,
        cast(count(*) filter (where is_found_in_production) as double) as denominator,
        count(*) filter (where is_found_in_production) as n_events,
        count(*) filter (where is_found_in_production is null) as n_excluded,
        case
            when n_excluded > 0 then 'where it was found is unknown'
        end as exclusion_note,
        cast(null as double) as lower_limit,
        cast(null as double) as upper_limit
    from open_defects
    group by group_family, group_key, period_id, period_grain, period_start

)

select * from final
