-- Unbroken spans of leave: days that follow each other, and a weekend between them.
with

days as (

    select * from {{ ref('fct_leave_days') }}

),

with_previous as (

    select
        *,
        lag(day_off) over (partition by person_id order by day_off) as previous_day_off
    from days

),

numbered as (

    select
        *,
        count(*) filter (
            where
            previous_day_off is null
            or date_diff('day', previous_day_off, day_off)
            > case isodow(previous_day_off) when 5 then 3 when 6 then 2 else 1 end
        ) over (
            partition by person_id
            order by day_off
            rows between unbounded preceding and current row
        ) as span_number
    from with_previous

),

final as (

    select
        person_id || '/' || strftime(min(day_off), '%Y-%m-%d') as time_off_id,
        person_id,
        min(day_off) as first_day,
        max(day_off) as last_day,
        date_diff('day', min(day_off), max(day_off)) + 1 as n_days,
        coalesce(sum(day_portion) filter (where is_weekday), 0) as n_weekdays_off,
        -- Leave on a public holiday costs none of the allowance.
        case
            when count(is_holiday) = count(*)
                then coalesce(
                    sum(day_portion) filter (where is_weekday and is_holiday), 0
                )
        end as n_holidays_within,
        count(*) filter (where day_portion < 1) as n_partial_days,
        count(*) filter (where n_requests > 1) as n_overlapping_days,
        min(day_off) > cast({{ as_of() }} as date) as is_planned
    from numbered
    group by person_id, span_number

)

select * from final
