-- Whose burden and rest stand behind the figures of a group, with the amounts that are
-- theirs. A figure of some people only, such as of those who were paged at night, has a
-- base of its own.
with

person_periods as (

    select * from {{ ref('met_health_person_periods') }}

),

answers as (

    select * from {{ ref('met_health_acknowledgements') }}

),

nights as (

    select * from {{ ref('met_health_person_nights') }}
    where
        person_id is not null
        and undisturbed_hours is not null

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain != 'week'

),

person_groups as (

    select * from {{ ref('bridge_person_groups') }}

),

rested_nights as (

    select
        nights.person_id,
        periods.period_id,
        count(*) as n_nights
    from nights
    inner join periods
        on
            nights.night_on >= periods.period_start
            and nights.night_on < periods.period_end
    group by nights.person_id, periods.period_id

),

amounts as (

    {% for metric_id, base, amount, where in [
        (
            'interrupted_nights_per_person',
            'on_call',
            'n_interrupted_nights',
            'is_on_call',
        ),
        ('page_load_gini', 'on_call', 'n_pages', 'is_on_call'),
        ('hours_load_gini', 'on_call', 'hours_on_call', 'is_on_call'),
        ('share_of_shifts_over_limit', 'on_call', 'n_shifts', 'is_on_call'),
        ('leave_days_per_person', 'active_members', 'n_leave_days', 'true'),
        (
            'leave_taken_of_allowance',
            'members_with_leave_due',
            'n_leave_days',
            'n_leave_days_due > 0 and n_leave_days is not null',
        ),
        (
            'share_of_nights_interrupted_again',
            'people_paged_at_night',
            'n_interrupted_nights',
            'n_interrupted_nights > 0 and is_on_call',
        ),
        (
            'share_of_leaves_interrupted',
            'people_back_from_leave',
            'n_leaves_ended',
            'n_leaves_ended > 0',
        ),
    ] %}
        select
            person_id,
            period_id,
            '{{ base }}' as population_base,
            '{{ metric_id }}' as metric_id,
            cast({{ amount }} as double) as amount
        from person_periods
        where {{ where }}

        union all
    {% endfor %}

    select
        person_id,
        period_id,
        'people_rested_after_a_night_page' as population_base,
        'undisturbed_hours_after_night_page' as metric_id,
        cast(n_nights as double) as amount
    from rested_nights

    union all

    select
        person_id,
        period_id,
        'people_who_answered_in_' || hour_class || '_hours' as population_base,
        'time_to_acknowledge_in_' || hour_class || '_hours' as metric_id,
        cast(count(*) as double) as amount
    from answers
    where time_to_acknowledge_hours is not null
    group by person_id, period_id, hour_class

),

final as (

    select
        amounts.population_base,
        person_groups.group_family,
        person_groups.group_key,
        amounts.period_id,
        amounts.metric_id,
        amounts.person_id as contributor_key,
        amounts.amount
    from amounts
    inner join person_groups
        on
            amounts.person_id = person_groups.person_id
            and amounts.period_id = person_groups.period_id

)

select * from final
