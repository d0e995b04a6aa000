-- On-call burden of every group of people by month and quarter, per person on call.
with

contributors as (

    select * from {{ ref('met_on_call_contributors') }}

),

periods as (

    select * from {{ ref('dim_period') }}

),

summed as (

    select
        contributors.group_family,
        contributors.group_key,
        contributors.period_id,
        case any_value(periods.period_grain) when 'quarter' then 3 else 1 end
            as n_months,
        epoch(any_value(periods.period_end) - any_value(periods.period_start))
        / (7 * 86400)
            as n_weeks,
        count(*) as n_people,
        sum(contributors.hours_on_call) as hours_on_call,
        sum(contributors.n_pages) as n_pages,
        sum(contributors.n_after_hours_pages) as n_after_hours_pages,
        sum(contributors.n_sleep_hours_pages) as n_sleep_hours_pages,
        sum(contributors.n_pages_of_unknown_hour) as n_pages_of_unknown_hour,
        count(*) filter (where contributors.n_sleep_hours_pages > 0)
            as n_people_paged_in_sleep_hours
    from contributors
    inner join periods on contributors.period_id = periods.period_id
    group by contributors.group_family, contributors.group_key, contributors.period_id

),

measured as (

    {% for metric_id, numerator, denominator, needs_hour in [
        ('on_call_hours_per_person', 'hours_on_call', 'n_people * n_weeks', false),
        ('pages_per_person', 'n_pages', 'n_people * n_months', false),
        ('after_hours_pages_per_person', 'n_after_hours_pages', 'n_people * n_months', true),
        ('sleep_hours_pages_per_person', 'n_sleep_hours_pages', 'n_people * n_months', true),
        (
            'share_of_people_paged_in_sleep_hours',
            'n_people_paged_in_sleep_hours',
            'n_people',
            true,
        ),
    ] %}
        select
            group_family,
            group_key,
            period_id,
            '{{ metric_id }}' as metric_id,
            cast({{ numerator }} as double) / ({{ denominator }}) as value,
            cast({{ numerator }} as double) as numerator,
            cast({{ denominator }} as double) as denominator,
            n_pages as n_events,
            {{ 'n_pages_of_unknown_hour' if needs_hour else '0' }} as n_excluded
        from summed
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        measured.group_family,
        measured.group_key,
        periods.period_id,
        periods.period_grain,
        periods.period_start,
        measured.metric_id,
        'fairlead' as profile_id,
        measured.value,
        measured.numerator,
        measured.denominator,
        measured.n_events,
        measured.n_excluded,
        case
            when measured.n_excluded > 0 then 'local hour of the page unknown'
        end as exclusion_note,
        cast(null as double) as lower_limit,
        cast(null as double) as upper_limit
    from measured
    inner join periods on measured.period_id = periods.period_id

)

select * from final
