with

spans as (

    select * from {{ ref('fct_oncall_spans') }}

),

pages as (

    select * from {{ ref('fct_pages') }}

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain != 'week'

),

hours_on_call as (

    select
        spans.contributor_key,
        periods.period_id,
        sum(
            epoch(least(spans.ends_at, periods.period_end))
            - epoch(greatest(spans.starts_at, periods.period_start))
        ) / 3600 as hours_on_call
    from spans
    inner join periods
        on
            spans.starts_at < periods.period_end
            and spans.ends_at > periods.period_start
    group by spans.contributor_key, periods.period_id

),

pages_by_person as (

    select
        pages.contributor_key,
        periods.period_id,
        count(*) as n_pages,
        count(*) filter (where pages.is_after_hours) as n_after_hours_pages,
        count(*) filter (where pages.is_in_sleep_hours) as n_sleep_hours_pages,
        count(*) filter (where pages.is_on_weekend) as n_weekend_pages,
        count(*) filter (where pages.is_on_holiday) as n_holiday_pages,
        count(*) filter (where pages.is_on_holiday is null)
            as n_pages_of_unknown_holiday,
        -- Without a zone the hour is unknown: such pages are counted, not guessed.
        count(*) filter (where pages.local_paged_at is null) as n_pages_of_unknown_hour
    from pages
    inner join periods
        on
            pages.paged_at >= periods.period_start
            and pages.paged_at < periods.period_end
    where pages.contributor_key is not null
    group by pages.contributor_key, periods.period_id

),

final as (

    select
        coalesce(hours_on_call.contributor_key, pages_by_person.contributor_key)
            as contributor_key,
        periods.period_id,
        periods.period_grain,
        periods.period_start,
        coalesce(hours_on_call.hours_on_call, 0) as hours_on_call,
        coalesce(pages_by_person.n_pages, 0) as n_pages,
        coalesce(pages_by_person.n_after_hours_pages, 0) as n_after_hours_pages,
        coalesce(pages_by_person.n_sleep_hours_pages, 0) as n_sleep_hours_pages,
        coalesce(pages_by_person.n_weekend_pages, 0) as n_weekend_pages,
        coalesce(pages_by_person.n_holiday_pages, 0) as n_holiday_pages,
        coalesce(pages_by_person.n_pages_of_unknown_holiday, 0)
            as n_pages_of_unknown_holiday,
        coalesce(pages_by_person.n_pages_of_unknown_hour, 0) as n_pages_of_unknown_hour
    from hours_on_call
    full outer join pages_by_person
        on
            hours_on_call.contributor_key = pages_by_person.contributor_key
            and hours_on_call.period_id = pages_by_person.period_id
    inner join periods
        on
            coalesce(hours_on_call.period_id, pages_by_person.period_id)
            = periods.period_id

)

select * from final
