-- Weeks, months and quarters of the calendar. Each team lives through them on its own
-- clock: what counts on a date counts for the periods that hold it. Quarters are those
-- of the fiscal year, which the threshold `fiscal_year_start_month` begins, and which
-- is named after the year that it ends in.
with

fiscal_years as (

    select
        cast({{ threshold('fiscal_year_start_month') }} as integer) - 1
            as months_before_start

),

happened as (

    select min(started_at) as happened_at from {{ ref('int_deployments_finished') }}
    union all
    select min(merged_at) as happened_at from {{ ref('int_changes_merged') }}
    union all
    select min(detected_at) as happened_at from {{ ref('fct_incidents') }}
    union all
    -- In the west a date begins later: what is early can count for the day before.
    select min(counted_on) as happened_at from {{ ref('fct_deployments') }}
    union all
    select min(counted_on) as happened_at from {{ ref('fct_incidents') }}

),

bounds as (

    select
        min(happened.happened_at) as first_happened_at,
        any_value(fiscal_years.months_before_start) as months_before_start,
        {{ as_of() }} as as_of,
        -- In the east a date begins up to 14 hours earlier.
        {{ as_of() }} + interval 14 hour as last_date_at
    from happened
    cross join fiscal_years

),

quarter_bounds as (

    select
        *,
        date_trunc('quarter', first_happened_at - to_months(months_before_start))
        + to_months(months_before_start) as first_day
    from bounds

),

weeks as (

    select
        'week' as period_grain,
        unnest(
            generate_series(
                date_trunc('week', first_happened_at), last_date_at, interval 7 day
            )
        ) as period_start,
        interval 7 day as period_length,
        *
    from quarter_bounds

),

months as (

    select
        'month' as period_grain,
        unnest(generate_series(first_day, last_date_at, interval 1 month))
            as period_start,
        interval 1 month as period_length,
        *
    from quarter_bounds

),

quarters as (

    select
        'quarter' as period_grain,
        unnest(generate_series(first_day, last_date_at, interval 3 month))
            as period_start,
        interval 3 month as period_length,
        *
    from quarter_bounds

),

unioned as (

    select * from weeks
    union all
    select * from months
    union all
    select * from quarters

),

with_end as (

    select
        *,
        period_start + period_length as period_end,
        period_start - to_months(months_before_start) as start_in_fiscal_year,
        period_start + to_months(12 - months_before_start) as start_in_year_of_end
    from unioned
    where period_start < last_date_at

),

-- A period is closed when late data has settled: only closed periods are published.
final as (

    select
        period_grain
        || ' '
        || case period_grain
            when 'week' then strftime(period_start, '%Y-%m-%d')
            else strftime(period_start, '%Y-%m')
        end as period_id,
        period_grain,
        period_start,
        period_end,
        case
            when period_grain = 'week' then strftime(period_start, '%G-W%V')
            when period_grain = 'month' then strftime(period_start, '%Y-%m')
            when months_before_start = 0
                then year(period_start) || '-Q' || quarter(period_start)
            else
                'FY'
                || year(start_in_year_of_end)
                || '-Q'
                || quarter(start_in_fiscal_year)
        end as period_label,
        period_end <= as_of as is_complete,
        period_end
        + to_days(cast({{ threshold('period_closes_after_days') }} as integer)) <= as_of
            as is_closed
    from with_end

)

select * from final
