-- On-call burden and rest of a person by month and quarter, as the local dates of the
-- person fall into them.
with

days as (

    select * from {{ ref('met_health_person_days') }}

),

weeks as (

    select * from {{ ref('met_health_person_weeks') }}

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain != 'week'

),

on_call_periods as (

    select * from {{ ref('met_on_call_person_periods') }}

),

allowances as (

    select
        *,
        -- A leave year without an end lasts a year.
        coalesce(valid_to, valid_from + interval 1 year) as ends_at
    from {{ ref('fct_leave_allowances') }}

),

time_off as (

    select * from {{ ref('fct_time_off') }}

),

people as (

    select
        person_id,
        min(valid_from) as known_since
    from {{ ref('dim_person') }}
    group by person_id

),

leave_recorded as (

    select min(first_day) as since
    from time_off

),

-- Leave is due day by day of the leave year.
due as (

    select
        days.person_id,
        days.local_on,
        max(
            allowances.allowance_days
            / date_diff('day', allowances.valid_from, allowances.ends_at)
        ) as leave_due
    from days
    inner join allowances
        on
            days.person_id = allowances.person_id
            and days.local_on >= allowances.valid_from
            and days.local_on < allowances.ends_at
    group by days.person_id, days.local_on

),

summed as (

    select
        days.person_id,
        periods.period_id,
        count(*) as n_days,
        sum(days.hours_on_call) as hours_on_call,
        sum(days.working_hours) as working_hours,
        sum(days.working_hours_on_call) as working_hours_on_call,
        -- A day of which nobody knows whether it was on call says nothing of the share.
        sum(days.working_hours_on_call)
        / nullif(
            sum(days.working_hours) filter (
                where days.working_hours_on_call is not null
            ),
            0
        ) as share_of_working_time_on_call,
        sum(days.n_shifts) filter (where days.n_shifts_over_limit is not null)
            as n_shifts,
        sum(days.n_shifts_over_limit) as n_shifts_over_limit,
        sum(days.n_pages) as n_pages,
        sum(days.n_pages_of_unknown_hour) as n_pages_of_unknown_hour,
        sum(days.n_interrupted_nights) as n_interrupted_nights,
        sum(days.n_nights_interrupted_again) as n_nights_interrupted_again,
        case
            when count(days.day_portion_off) = count(*)
                then coalesce(
                    sum(days.day_portion_off) filter (where days.is_workday), 0
                )
        end as n_leave_days,
        sum(due.leave_due) as n_leave_days_due,
        max(days.local_on) as last_local_on
    from days
    inner join periods
        on
            days.local_on >= periods.period_start
            and days.local_on < periods.period_end
    left join due
        on
            days.person_id = due.person_id
            and days.local_on = due.local_on
    group by days.person_id, periods.period_id

),

runs_of_weeks as (

    select
        weeks.person_id,
        periods.period_id,
        max(weeks.n_consecutive_weeks_on_call) as n_consecutive_weeks_on_call
    from weeks
    inner join periods
        on
            weeks.week_on >= periods.period_start
            and weeks.week_on < periods.period_end
    group by weeks.person_id, periods.period_id

),

-- A leave of half days only has no day on which a page must not come.
leaves as (

    select
        time_off.time_off_id,
        time_off.person_id,
        time_off.last_day,
        count(days.n_pages) = count(*) as is_known,
        coalesce(bool_or(days.n_pages > 0), false) as is_interrupted
    from time_off
    inner join days
        on
            time_off.person_id = days.person_id
            and time_off.first_day <= days.local_on
            and time_off.last_day >= days.local_on
    where
        days.day_portion_off in (0, 1)
        and time_off.n_days > time_off.n_partial_days
        and time_off.last_day < cast({{ as_of() }} as date)
    group by time_off.time_off_id, time_off.person_id, time_off.last_day

),

leaves_ended as (

    select
        leaves.person_id,
        periods.period_id,
        count(*) filter (where leaves.is_known) as n_leaves_ended,
        count(*) filter (where leaves.is_known and leaves.is_interrupted)
            as n_leaves_interrupted
    from leaves
    inner join periods
        on
            leaves.last_day >= periods.period_start
            and leaves.last_day < periods.period_end
    group by leaves.person_id, periods.period_id

),

-- Who was there at the end of a period and all of the days before, and had no long
-- leave within them.
windows as (

    select
        period_id,
        period_end,
        cast(period_end as date)
        - cast({{ threshold('leave_window_days') }} as integer) as window_starts_on
    from periods
    where is_complete

),

long_leaves as (

    select
        windows.period_id,
        time_off.person_id
    from windows
    inner join time_off
        on
            windows.period_end > time_off.first_day
            and windows.window_starts_on <= time_off.last_day
    where time_off.n_weekdays_off >= {{ threshold('long_leave_days') }}
    group by windows.period_id, time_off.person_id

),

final as (

    select
        summed.person_id,
        summed.period_id,
        on_call_periods.contributor_key is not null as is_on_call,
        summed.hours_on_call,
        summed.working_hours,
        summed.working_hours_on_call,
        summed.share_of_working_time_on_call,
        runs_of_weeks.n_consecutive_weeks_on_call,
        summed.n_shifts,
        summed.n_shifts_over_limit,
        summed.n_pages,
        summed.n_pages_of_unknown_hour,
        summed.n_interrupted_nights,
        summed.n_nights_interrupted_again,
        summed.n_leave_days,
        summed.n_leave_days_due,
        case
            when coalesce(windows.window_starts_on < leave_recorded.since, true)
                then null
            when summed.last_local_on < cast(windows.period_end as date) - 1 then null
            when people.known_since > windows.window_starts_on then null
            else long_leaves.person_id is null
        end as is_without_long_leave,
        coalesce(leaves_ended.n_leaves_ended, 0) as n_leaves_ended,
        coalesce(leaves_ended.n_leaves_interrupted, 0) as n_leaves_interrupted
    from summed
    inner join people on summed.person_id = people.person_id
    cross join leave_recorded
    left join on_call_periods
        on
            summed.person_id = on_call_periods.contributor_key
            and summed.period_id = on_call_periods.period_id
    left join runs_of_weeks
        on
            summed.person_id = runs_of_weeks.person_id
            and summed.period_id = runs_of_weeks.period_id
    left join leaves_ended
        on
            summed.person_id = leaves_ended.person_id
            and summed.period_id = leaves_ended.period_id
    left join windows on summed.period_id = windows.period_id
    left join long_leaves
        on
            summed.person_id = long_leaves.person_id
            and summed.period_id = long_leaves.period_id

)

select * from final
