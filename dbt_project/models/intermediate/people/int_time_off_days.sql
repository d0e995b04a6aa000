-- Approved leave day by day. What overlaps counts once: two requests for one date are
-- one day off, two halves make a whole.
with

time_off as (

    select * from {{ ref('stg_people__time_off') }}
    where status = 'approved'

),

-- An end far ahead stands for an open one; a year beyond the as-of date is far enough.
days as (

    select
        person_id,
        day_portion,
        cast(
            unnest(
                generate_series(
                    cast(first_day as timestamp),
                    least(
                        cast(last_day as timestamp), {{ as_of() }} + interval 366 day
                    ),
                    interval 1 day
                )
            ) as date
        ) as day_off
    from time_off
    where last_day >= first_day

),

final as (

    select
        person_id,
        day_off,
        least(1, sum(day_portion)) as day_portion,
        count(*) as n_requests
    from days
    group by person_id, day_off

)

select * from final
