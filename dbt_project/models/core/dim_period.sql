with

bounds as (

    select
        date_trunc('quarter', min(happened_at)) as first_day,
        {{ as_of() }} as as_of
    from (
        select min(started_at) as happened_at from {{ ref('int_deployments_finished') }}
        union all
        select min(merged_at) as happened_at from {{ ref('int_changes_merged') }}
        union all
        select min(detected_at) as happened_at from {{ ref('fct_incidents') }}
    )

),

months as (

    select
        'month' as period_grain,
        unnest(generate_series(first_day, as_of, interval 1 month)) as period_start,
        as_of
    from bounds

),

quarters as (

    select
        'quarter' as period_grain,
        unnest(generate_series(first_day, as_of, interval 3 month)) as period_start,
        as_of
    from bounds

),

unioned as (

    select
        *,
        period_start + interval 1 month as period_end
    from months

    union all

    select
        *,
        period_start + interval 3 month as period_end
    from quarters

),

-- A period is closed when late data has settled: only closed periods are published.
final as (

    select
        period_grain || ' ' || strftime(period_start, '%Y-%m') as period_id,
        period_grain,
        period_start,
        period_end,
        case period_grain
            when 'month' then strftime(period_start, '%Y-%m')
            else year(period_start) || '-Q' || quarter(period_start)
        end as period_label,
        period_end <= as_of as is_complete,
        period_end
        + to_days(cast({{ threshold('period_closes_after_days') }} as integer)) <= as_of
            as is_closed
    from unioned
    where period_start < as_of

)

select * from final
