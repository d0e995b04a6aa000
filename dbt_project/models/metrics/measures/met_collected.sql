-- All metrics in one table, as the models of their families give them. A new one joins
-- here.
with

unioned as (

    select * from {{ ref('met_delivery') }}
    union all by name
    select * from {{ ref('met_reliability') }}
    union all by name
    select * from {{ ref('met_quality') }}
    union all by name
    select * from {{ ref('met_review_depth') }}
    union all by name
    select * from {{ ref('met_defect_age') }}
    union all by name
    select * from {{ ref('met_on_call') }}
    union all by name
    select * from {{ ref('met_system_causes') }}
    union all by name
    select * from {{ ref('met_health') }}
    union all by name
    select * from {{ ref('met_work') }}
    union all by name
    select * from {{ ref('met_careers') }}

),

final as (

    select
        group_family,
        group_key,
        period_id,
        period_grain,
        period_start,
        metric_id,
        profile_id,
        value,
        numerator,
        denominator,
        n_events,
        n_excluded,
        exclusion_note,
        lower_limit,
        upper_limit
    from unioned

)

select * from final
