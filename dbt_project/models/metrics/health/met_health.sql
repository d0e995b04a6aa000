-- On-call burden, rest and what people say of them, of every group of people by month
-- and quarter. The load is that of services on people, not how people did.
with

person_periods as (

    select * from {{ ref('met_health_person_periods') }}

),

person_groups as (

    select * from {{ ref('bridge_person_groups') }}

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain != 'week'

),

nights as (

    select * from {{ ref('met_health_person_nights') }}
    where person_id is not null

),

acknowledgements as (

    select * from {{ ref('met_health_acknowledgements') }}

),

survey as (

    select * from {{ ref('met_survey') }}

),

grouped as (

    select
        person_groups.group_family,
        person_groups.group_key,
        person_periods.*
    from person_periods
    inner join person_groups
        on
            person_periods.person_id = person_groups.person_id
            and person_periods.period_id = person_groups.period_id

),

on_call as (

    select
        *,
        row_number() over (
            partition by group_family, group_key, period_id, n_pages is null
            order by n_pages, person_id
        ) as position_by_pages,
        row_number() over (
            partition by group_family, group_key, period_id, hours_on_call is null
            order by hours_on_call, person_id
        ) as position_by_hours
    from grouped
    where is_on_call

),

on_call_groups as (

    select
        on_call.group_family,
        on_call.group_key,
        on_call.period_id,
        case any_value(periods.period_grain) when 'quarter' then 3 else 1 end
            as n_months,
        count(*) as n_people,
        count(on_call.n_interrupted_nights) as n_people_of_known_nights,
        sum(on_call.n_interrupted_nights) as n_nights,
        sum(on_call.n_nights_interrupted_again) as n_nights_again,
        sum(on_call.n_pages) as n_pages,
        sum(on_call.n_pages_of_unknown_hour) as n_pages_of_unknown_hour,
        sum(on_call.n_shifts) as n_shifts,
        sum(on_call.n_shifts_over_limit) as n_shifts_over_limit,
        count(on_call.n_consecutive_weeks_on_call) as n_people_of_known_weeks,
        count(*) filter (
            where on_call.n_consecutive_weeks_on_call
            > {{ threshold('consecutive_on_call_weeks') }}
        ) as n_people_of_many_weeks,
        count(on_call.share_of_working_time_on_call) as n_people_of_known_share,
        count(*) filter (
            where on_call.share_of_working_time_on_call
            > {{ threshold('on_call_share_of_working_time') }}
        ) as n_people_over_share,
        {{ gini('on_call.n_pages', 'on_call.position_by_pages') }} as page_load_gini,
        {{ gini('on_call.hours_on_call', 'on_call.position_by_hours') }}
            as hours_load_gini
    from on_call
    inner join periods on on_call.period_id = periods.period_id
    group by on_call.group_family, on_call.group_key, on_call.period_id

),

member_groups as (

    select
        grouped.group_family,
        grouped.group_key,
        grouped.period_id,
        case any_value(periods.period_grain) when 'quarter' then 3 else 1 end
            as n_months,
        count(*) as n_people,
        count(grouped.n_leave_days) as n_people_of_known_leave,
        sum(grouped.n_leave_days) as n_leave_days,
        count(*) filter (
            where grouped.n_leave_days_due > 0 and grouped.n_leave_days is not null
        ) as n_people_with_leave_due,
        sum(grouped.n_leave_days) filter (where grouped.n_leave_days_due > 0)
            as n_leave_days_of_due,
        sum(grouped.n_leave_days_due) filter (where grouped.n_leave_days is not null)
            as n_leave_days_due,
        count(grouped.is_without_long_leave) as n_people_of_known_rest,
        count(*) filter (where grouped.is_without_long_leave) as n_people_without_rest,
        sum(grouped.n_leaves_ended) as n_leaves_ended,
        sum(grouped.n_leaves_interrupted) as n_leaves_interrupted
    from grouped
    inner join periods on grouped.period_id = periods.period_id
    group by grouped.group_family, grouped.group_key, grouped.period_id

),

grouped_nights as (

    select
        person_groups.group_family,
        person_groups.group_key,
        periods.period_id,
        nights.person_id || '/' || strftime(nights.night_on, '%Y-%m-%d') as event_key,
        nights.undisturbed_hours as hours
    from nights
    inner join periods
        on
            nights.night_on >= periods.period_start
            and nights.night_on < periods.period_end
    inner join person_groups
        on
            nights.person_id = person_groups.person_id
            and periods.period_id = person_groups.period_id

),

grouped_answers as (

    select
        person_groups.group_family,
        person_groups.group_key,
        acknowledgements.period_id,
        acknowledgements.page_id as event_key,
        acknowledgements.hour_class,
        acknowledgements.time_to_acknowledge_hours as hours
    from acknowledgements
    inner join person_groups
        on
            acknowledgements.person_id = person_groups.person_id
            and acknowledgements.period_id = person_groups.period_id

),

durations as (

    select
        group_family,
        group_key,
        period_id,
        event_key,
        'undisturbed_hours_after_night_page' as metric_id,
        hours
    from grouped_nights

    union all

    select
        group_family,
        group_key,
        period_id,
        event_key,
        'time_to_acknowledge_in_' || hour_class || '_hours' as metric_id,
        hours
    from grouped_answers

),

duration_limits as (

    {{ quantile_limits(
        'durations',
        'group_family, group_key, period_id, metric_id',
        'hours',
    ) }}

),

duration_counts as (

    select
        group_family,
        group_key,
        period_id,
        metric_id,
        count(*) as n_events
    from durations
    group by group_family, group_key, period_id, metric_id

),

unioned as (

    {% for metric_id, numerator, denominator, n_events, n_excluded in [
        (
            'interrupted_nights_per_person',
            'n_nights',
            'n_people_of_known_nights * n_months',
            'n_nights',
            'n_pages_of_unknown_hour',
        ),
        (
            'share_of_nights_interrupted_again',
            'n_nights_again',
            'n_nights',
            'n_nights',
            'n_pages_of_unknown_hour',
        ),
        (
            'share_of_people_on_call_many_weeks',
            'n_people_of_many_weeks',
            'n_people_of_known_weeks',
            'n_people_of_known_weeks',
            'n_people - n_people_of_known_weeks',
        ),
        (
            'share_of_people_over_on_call_share',
            'n_people_over_share',
            'n_people_of_known_share',
            'n_people_of_known_share',
            'n_people - n_people_of_known_share',
        ),
        (
            'share_of_shifts_over_limit',
            'n_shifts_over_limit',
            'n_shifts',
            'n_shifts',
            '0',
        ),
    ] %}
        select
            group_family,
            group_key,
            period_id,
            '{{ metric_id }}' as metric_id,
            {{ numerator }} / nullif({{ denominator }}, 0) as value,
            cast({{ numerator }} as double) as numerator,
            cast({{ denominator }} as double) as denominator,
            coalesce({{ n_events }}, 0) as n_events,
            coalesce({{ n_excluded }}, 0) as n_excluded,
            cast(null as double) as lower_limit,
            cast(null as double) as upper_limit
        from on_call_groups

        union all
    {% endfor %}

    {% for metric_id, n_events in [
        ('page_load_gini', 'n_pages'), ('hours_load_gini', 'n_people')
    ] %}
        select
            group_family,
            group_key,
            period_id,
            '{{ metric_id }}' as metric_id,
            {{ metric_id }} as value,
            cast(null as double) as numerator,
            cast(null as double) as denominator,
            coalesce({{ n_events }}, 0) as n_events,
            0 as n_excluded,
            cast(null as double) as lower_limit,
            cast(null as double) as upper_limit
        from on_call_groups

        union all
    {% endfor %}

    {% for metric_id, factor, numerator, denominator, n_events, n_excluded in [
        (
            'leave_days_per_person',
            1,
            'n_leave_days',
            'n_people_of_known_leave * n_months',
            'n_people_of_known_leave',
            'n_people - n_people_of_known_leave',
        ),
        (
            'leave_taken_of_allowance',
            100,
            'n_leave_days_of_due',
            'n_leave_days_due',
            'n_people_with_leave_due',
            'n_people - n_people_with_leave_due',
        ),
        (
            'share_without_long_leave',
            1,
            'n_people_without_rest',
            'n_people_of_known_rest',
            'n_people_of_known_rest',
            'n_people - n_people_of_known_rest',
        ),
        (
            'share_of_leaves_interrupted',
            1,
            'n_leaves_interrupted',
            'n_leaves_ended',
            'n_leaves_ended',
            '0',
        ),
    ] %}
        select
            group_family,
            group_key,
            period_id,
            '{{ metric_id }}' as metric_id,
            {{ factor }} * {{ numerator }} / nullif({{ denominator }}, 0) as value,
            cast({{ numerator }} as double) as numerator,
            cast({{ denominator }} as double) as denominator,
            coalesce({{ n_events }}, 0) as n_events,
            {{ n_excluded }} as n_excluded,
            cast(null as double) as lower_limit,
            cast(null as double) as upper_limit
        from member_groups

        union all
    {% endfor %}

    select
        duration_counts.group_family,
        duration_counts.group_key,
        duration_counts.period_id,
        duration_counts.metric_id,
        duration_limits.quantile_value as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        coalesce(duration_limits.n_values, 0) as n_events,
        duration_counts.n_events - coalesce(duration_limits.n_values, 0) as n_excluded,
        duration_limits.lower_limit,
        duration_limits.upper_limit
    from duration_counts
    left join duration_limits
        on
            duration_counts.group_family = duration_limits.group_family
            and duration_counts.group_key = duration_limits.group_key
            and duration_counts.period_id = duration_limits.period_id
            and duration_counts.metric_id = duration_limits.metric_id

    union all

    select
        group_family,
        group_key,
        period_id,
        theme || '_favourable' as metric_id,
        share_favourable as value,
        cast(n_favourable as double) as numerator,
        cast(n_respondents as double) as denominator,
        n_respondents as n_events,
        n_unknown as n_excluded,
        cast(null as double) as lower_limit,
        cast(null as double) as upper_limit
    from survey

),

final as (

    select
        unioned.group_family,
        unioned.group_key,
        periods.period_id,
        periods.period_grain,
        periods.period_start,
        unioned.metric_id,
        'fairlead' as profile_id,
        unioned.value,
        unioned.numerator,
        unioned.denominator,
        cast(unioned.n_events as bigint) as n_events,
        cast(unioned.n_excluded as bigint) as n_excluded,
        case
            when unioned.n_excluded = 0 then null
            when
                unioned.metric_id in (
                    'interrupted_nights_per_person', 'share_of_nights_interrupted_again'
                )
                then 'local hour of the page unknown'
            when unioned.metric_id = 'share_of_people_over_on_call_share'
                then 'no working time, or time on call unknown'
            when unioned.metric_id = 'share_of_people_on_call_many_weeks'
                then 'no whole week in the period'
            when unioned.metric_id = 'leave_days_per_person' then 'leave unknown'
            when unioned.metric_id = 'leave_taken_of_allowance'
                then 'leave due or leave taken unknown'
            when unioned.metric_id = 'share_without_long_leave'
                then 'there for less than half a year, or gone by the end'
            when unioned.metric_id = 'undisturbed_hours_after_night_page'
                then 'the record ends too soon after'
            when ends_with(unioned.metric_id, '_favourable')
                then 'answer not on the scale'
            else 'not acknowledged by who was called'
        end as exclusion_note,
        unioned.lower_limit,
        unioned.upper_limit
    from unioned
    inner join periods on unioned.period_id = periods.period_id

)

select * from final
