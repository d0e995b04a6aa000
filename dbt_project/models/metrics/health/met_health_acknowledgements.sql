-- First calls about an incident and the wait for the answer of who was called, by the
-- hours of the person: working hours, after hours and sleep hours.
with

pages as (

    select * from {{ ref('fct_pages') }}
    where
        person_id is not null
        and is_first_of_incident
        and local_paged_at is not null

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain != 'week'

),

final as (

    select
        pages.page_id,
        pages.person_id,
        periods.period_id,
        case
            when pages.is_in_sleep_hours then 'sleep'
            when pages.is_after_hours then 'after'
            else 'working'
        end as hour_class,
        pages.time_to_acknowledge_seconds / 3600 as time_to_acknowledge_hours
    from pages
    inner join periods
        on
            cast(pages.local_paged_at as date) >= periods.period_start
            and cast(pages.local_paged_at as date) < periods.period_end

)

select * from final
