-- What each day asked of a person, on their own calendar: a day begins at midnight
-- where they were then. Days before a tool's first record are unknown, not quiet.
with

people as (

    select * from {{ ref('dim_person') }}

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain != 'week'

),

holidays as (

    select * from {{ ref('dim_holiday') }}

),

spans as (

    select * from {{ ref('fct_oncall_spans') }}
    where person_id is not null

),

pages as (

    select
        *,
        cast(coalesce(local_paged_at, paged_at) as date) as local_on
    from {{ ref('fct_pages') }}
    where person_id is not null

),

leave_days as (

    select * from {{ ref('fct_leave_days') }}

),

nights as (

    select * from {{ ref('met_health_person_nights') }}
    where person_id is not null

),

shifts_recorded as (

    select cast(min(starts_at) as date) as since
    from {{ ref('fct_oncall_spans') }}

),

pages_recorded as (

    select cast(min(paged_at) as date) as since
    from {{ ref('fct_pages') }}

),

leave_recorded as (

    select min(day_off) as since
    from leave_days

),

working_day as (

    select
        cast({{ threshold('working_day_start') }} as integer) as first_hour,
        cast({{ threshold('working_day_end') }} as integer) as last_hour

),

dates as (

    select
        unnest(
            generate_series(
                date_trunc('week', min(period_start)),
                {{ as_of() }} + interval 1 day,
                interval 1 day
            )
        ) as midnight
    from periods

),

-- The zone and place that held at midnight, or from when someone came.
placed as (

    select
        people.person_id,
        cast(dates.midnight as date) as local_on,
        dates.midnight,
        people.time_zone,
        people.location,
        {{ utc_of_local('dates.midnight', "coalesce(people.time_zone, 'UTC')") }}
            as day_starts_at
    from dates
    inner join people
        on
            dates.midnight < coalesce(people.valid_to, timestamp '9999-12-31')
            and dates.midnight + interval 1 day > people.valid_from
    qualify row_number() over (
        partition by people.person_id, dates.midnight order by people.valid_from
    ) = 1

),

with_next as (

    select
        *,
        lead(local_on) over (partition by person_id order by local_on) as next_on,
        lead(day_starts_at) over (partition by person_id order by local_on)
            as next_starts_at
    from placed

),

-- Someone who moves has one shorter or longer day and no gap.
days as (

    select
        with_next.person_id,
        with_next.local_on,
        with_next.time_zone,
        with_next.day_starts_at,
        case
            when with_next.next_on = with_next.local_on + 1
                then with_next.next_starts_at
            else
                {{ utc_of_local(
                    'with_next.midnight + interval 1 day',
                    "coalesce(with_next.time_zone, 'UTC')"
                ) }}
        end as day_ends_at,
        isodow(with_next.local_on) < 6 and holidays.holiday_on is null as is_workday,
        case
            when with_next.local_on >= leave_recorded.since
                then coalesce(leave_days.day_portion, 0)
        end as day_portion_off,
        {{ utc_of_local(
            'with_next.midnight + to_hours(working_day.first_hour)',
            'with_next.time_zone'
        ) }} as work_starts_at,
        {{ utc_of_local(
            'with_next.midnight + to_hours(working_day.last_hour)',
            'with_next.time_zone'
        ) }} as work_ends_at
    from with_next
    cross join leave_recorded
    cross join working_day
    left join holidays
        on
            with_next.location = holidays.location
            and with_next.local_on = holidays.holiday_on
    left join leave_days
        on
            with_next.person_id = leave_days.person_id
            and with_next.local_on = leave_days.day_off

),

-- The dates that a span can touch on any clock, so that days are found by equality.
span_dates as (

    select
        *,
        cast(
            unnest(
                generate_series(
                    date_trunc('day', starts_at) - interval 1 day,
                    ends_at + interval 1 day,
                    interval 1 day
                )
            ) as date
        ) as local_on
    from spans

),

-- A span is cut into shifts from its start on; the last one may be shorter.
on_call as (

    select
        days.person_id,
        days.local_on,
        sum(
            epoch(least(span_dates.ends_at, days.day_ends_at))
            - epoch(greatest(span_dates.starts_at, days.day_starts_at))
        ) / 3600 as hours_on_call,
        sum(
            greatest(
                0,
                epoch(least(span_dates.ends_at, days.work_ends_at))
                - epoch(greatest(span_dates.starts_at, days.work_starts_at))
            )
        ) / 3600 as work_hours_on_call,
        sum(
            ceil(
                epoch(
                    least(span_dates.ends_at, days.day_ends_at) - span_dates.starts_at
                ) / (3600 * {{ threshold('shift_hours') }})
            )
            - ceil(
                epoch(
                    greatest(span_dates.starts_at, days.day_starts_at)
                    - span_dates.starts_at
                ) / (3600 * {{ threshold('shift_hours') }})
            )
        ) as n_shifts
    from days
    inner join span_dates
        on
            days.person_id = span_dates.person_id
            and days.local_on = span_dates.local_on
            and days.day_ends_at > span_dates.starts_at
            and days.day_starts_at < span_dates.ends_at
    group by days.person_id, days.local_on

),

paged_shifts as (

    select
        span_dates.person_id,
        span_dates.starts_at
        + to_seconds(
            3600 * {{ threshold('shift_hours') }}
            * floor(
                epoch(pages.paged_at - span_dates.starts_at)
                / (3600 * {{ threshold('shift_hours') }})
            )
        ) as shift_starts_at,
        count(distinct coalesce(pages.incident_id, pages.page_id)) as n_incidents
    from span_dates
    inner join pages
        on
            span_dates.person_id = pages.person_id
            and span_dates.local_on = cast(pages.paged_at as date)
            and span_dates.starts_at <= pages.paged_at
            and span_dates.ends_at > pages.paged_at
    group by span_dates.person_id, shift_starts_at

),

shifts_over_limit as (

    select
        days.person_id,
        days.local_on,
        count(*) as n_shifts_over_limit
    from days
    inner join paged_shifts
        on
            days.person_id = paged_shifts.person_id
            and days.day_starts_at <= paged_shifts.shift_starts_at
            and days.day_ends_at > paged_shifts.shift_starts_at
    where paged_shifts.n_incidents > {{ threshold('incidents_per_shift') }}
    group by days.person_id, days.local_on

),

paged as (

    select
        person_id,
        local_on,
        count(*) as n_pages,
        count(*) filter (where is_in_sleep_hours) as n_sleep_hours_pages,
        count(*) filter (where is_after_hours) as n_after_hours_pages,
        count(*) filter (where is_on_weekend) as n_weekend_pages,
        count(*) filter (where is_on_holiday) as n_holiday_pages,
        count(*) filter (where local_paged_at is null) as n_pages_of_unknown_hour,
        count(*) filter (where is_on_holiday is null) as n_pages_of_unknown_holiday
    from pages
    group by person_id, local_on

),

final as (

    select
        days.person_id,
        days.local_on,
        days.time_zone,
        days.day_starts_at,
        days.day_ends_at,
        days.is_workday,
        days.day_portion_off,
        case
            when days.time_zone is null then null
            when days.is_workday
                then
                    (working_day.last_hour - working_day.first_hour)
                    * (1 - coalesce(days.day_portion_off, 0))
            else 0
        end as working_hours,
        case
            when coalesce(days.local_on < shifts_recorded.since, true) then null
            when days.time_zone is null then null
            when days.is_workday
                then
                    coalesce(on_call.work_hours_on_call, 0)
                    * (1 - coalesce(days.day_portion_off, 0))
            else 0
        end as working_hours_on_call,
        case
            when days.local_on >= shifts_recorded.since
                then coalesce(on_call.hours_on_call, 0)
        end as hours_on_call,
        case
            when days.local_on >= shifts_recorded.since
                then coalesce(on_call.n_shifts, 0)
        end as n_shifts,
        case
            when
                days.local_on >= shifts_recorded.since
                and days.local_on >= pages_recorded.since
                then coalesce(shifts_over_limit.n_shifts_over_limit, 0)
        end as n_shifts_over_limit,
        {% for count in [
            'n_pages',
            'n_sleep_hours_pages',
            'n_after_hours_pages',
            'n_weekend_pages',
            'n_holiday_pages',
            'n_pages_of_unknown_hour',
            'n_pages_of_unknown_holiday',
        ] %}
            case
                when days.local_on >= pages_recorded.since
                    then coalesce(paged.{{ count }}, 0)
            end as {{ count }},
        {% endfor %}
        case
            when days.local_on >= pages_recorded.since
                then cast(nights.night_on is not null as integer)
        end as n_interrupted_nights,
        case
            when days.local_on >= pages_recorded.since
                then cast(coalesce(nights.is_interrupted_again, false) as integer)
        end as n_nights_interrupted_again,
        nights.undisturbed_hours
    from days
    cross join shifts_recorded
    cross join pages_recorded
    cross join working_day
    left join on_call
        on
            days.person_id = on_call.person_id
            and days.local_on = on_call.local_on
    left join shifts_over_limit
        on
            days.person_id = shifts_over_limit.person_id
            and days.local_on = shifts_over_limit.local_on
    left join paged
        on
            days.person_id = paged.person_id
            and days.local_on = paged.local_on
    left join nights
        on
            days.person_id = nights.person_id
            and days.local_on = nights.night_on
    where days.day_ends_at <= {{ as_of() }}

)

select * from final
