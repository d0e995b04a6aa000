-- On-call burden and rest of a person by week, Monday to Sunday on their own calendar.
-- For the person and who cares for their load; nothing here is compared with others.
with

days as (

    select
        *,
        date_trunc('week', local_on) as week_on
    from {{ ref('met_health_person_days') }}

),

pages as (

    select
        person_id,
        cast(date_trunc('week', local_paged_at) as date) as week_on,
        case
            when is_in_sleep_hours then 'sleep'
            when is_after_hours then 'after'
            else 'working'
        end as hour_class,
        time_to_acknowledge_seconds
    from {{ ref('fct_pages') }}
    where
        person_id is not null
        and is_first_of_incident
        and local_paged_at is not null

),

long_leaves as (

    select * from {{ ref('fct_time_off') }}
    where n_weekdays_off >= {{ threshold('long_leave_days') }}

),

acknowledged as (

    select
        person_id,
        {% for hour_class in ['working', 'after', 'sleep'] %}
            median(time_to_acknowledge_seconds) filter (
                where hour_class = '{{ hour_class }}'
            ) as p50_{{ hour_class }}_hours_acknowledge_seconds,
        {% endfor %}
        week_on
    from pages
    group by person_id, week_on

),

-- A sum is known where all of its days are.
summed as (

    select
        person_id,
        cast(week_on as date) as week_on,
        any_value(time_zone order by local_on) as time_zone,
        min(day_starts_at) as week_starts_at,
        max(day_ends_at) as week_ends_at,
        {{ utc_of_local(
            "any_value(week_on) + interval 7 day",
            "coalesce(any_value(time_zone order by local_on desc), 'UTC')"
        ) }} as calendar_week_ends_at,
        {% for column in [
            'hours_on_call',
            'working_hours',
            'working_hours_on_call',
            'n_shifts',
            'n_shifts_over_limit',
            'n_pages',
            'n_sleep_hours_pages',
            'n_after_hours_pages',
            'n_weekend_pages',
            'n_holiday_pages',
            'n_pages_of_unknown_hour',
            'n_pages_of_unknown_holiday',
            'n_interrupted_nights',
            'n_nights_interrupted_again',
        ] %}
            case when count({{ column }}) = count(*) then sum({{ column }}) end
                as {{ column }},
        {% endfor %}
        case
            when count(hours_on_call) = count(*)
                then count(*) filter (where hours_on_call > 0)
        end as n_days_on_call,
        median(undisturbed_hours) as p50_undisturbed_hours_after_night_page,
        case
            when count(day_portion_off) = count(*)
                then
                    coalesce(sum(day_portion_off) filter (where is_workday), 0)
        end as n_leave_days,
        case
            when count(day_portion_off) = count(*) and count(n_pages) = count(*)
                then count(*) filter (where day_portion_off = 1 and n_pages > 0)
        end as n_leave_days_with_a_page
    from days
    group by person_id, week_on

),

complete as (

    select
        *,
        n_days_on_call >= {{ threshold('on_call_week_days') }} as is_week_on_call
    from summed
    where calendar_week_ends_at <= {{ as_of() }}

),

-- Weeks in a row have the same first week of their run. A quarter is thirteen weeks:
-- one week on call fills all of that week.
numbered as (

    select
        *,
        week_on - to_days(
            7 * cast(
                row_number() over (
                    partition by person_id, is_week_on_call order by week_on
                ) as integer
            )
        ) as run_of_weeks
    from complete

),

with_runs as (

    select
        *,
        case
            when is_week_on_call
                then
                    row_number() over (
                        partition by person_id, is_week_on_call, run_of_weeks
                        order by week_on
                    )
            when not is_week_on_call then 0
        end as n_consecutive_weeks_on_call,
        count(working_hours_on_call) over quarter_of_weeks as n_known_weeks,
        sum(working_hours_on_call) over quarter_of_weeks
        / nullif(sum(working_hours) over quarter_of_weeks, 0) as share_in_quarter
    from numbered
    window
        quarter_of_weeks as (
            partition by person_id
            order by week_on
            range between interval 84 day preceding and current row
        )

),

rested as (

    select
        complete.person_id,
        complete.week_on,
        min(
            date_diff(
                'day',
                least(long_leaves.last_day, complete.week_on + 6),
                complete.week_on + 6
            )
        ) as n_days_since_long_leave
    from complete
    inner join long_leaves
        on
            complete.person_id = long_leaves.person_id
            and long_leaves.first_day <= complete.week_on + 6
    group by complete.person_id, complete.week_on

),

final as (

    select
        with_runs.person_id,
        with_runs.week_on,
        with_runs.time_zone,
        with_runs.week_starts_at,
        with_runs.week_ends_at,
        with_runs.hours_on_call,
        with_runs.n_days_on_call,
        with_runs.n_consecutive_weeks_on_call,
        with_runs.working_hours,
        with_runs.working_hours_on_call,
        with_runs.working_hours_on_call / nullif(with_runs.working_hours, 0)
            as share_of_working_time_on_call,
        case
            when with_runs.n_known_weeks = 13
                then
                    with_runs.share_in_quarter
                    > {{ threshold('on_call_share_of_working_time') }}
        end as is_over_share_of_working_time,
        with_runs.n_shifts,
        with_runs.n_shifts_over_limit,
        with_runs.n_pages,
        {% for count, unknown in [
            ('n_sleep_hours_pages', 'n_pages_of_unknown_hour'),
            ('n_after_hours_pages', 'n_pages_of_unknown_hour'),
            ('n_weekend_pages', 'n_pages_of_unknown_hour'),
            ('n_holiday_pages', 'n_pages_of_unknown_holiday'),
            ('n_interrupted_nights', 'n_pages_of_unknown_hour'),
            ('n_nights_interrupted_again', 'n_pages_of_unknown_hour'),
        ] %}
            -- Of pages none of which has a known hour or calendar nobody knows.
            case
                when
                    with_runs.n_pages = 0
                    or with_runs.n_pages > with_runs.{{ unknown }}
                    then with_runs.{{ count }}
            end as {{ count }},
        {% endfor %}
        with_runs.n_pages_of_unknown_hour,
        with_runs.n_pages_of_unknown_holiday,
        with_runs.p50_undisturbed_hours_after_night_page,
        acknowledged.p50_working_hours_acknowledge_seconds,
        acknowledged.p50_after_hours_acknowledge_seconds,
        acknowledged.p50_sleep_hours_acknowledge_seconds,
        with_runs.n_leave_days,
        with_runs.n_leave_days_with_a_page,
        rested.n_days_since_long_leave
    from with_runs
    left join acknowledged
        on
            with_runs.person_id = acknowledged.person_id
            and with_runs.week_on = acknowledged.week_on
    left join rested
        on
            with_runs.person_id = rested.person_id
            and with_runs.week_on = rested.week_on

)

select * from final
