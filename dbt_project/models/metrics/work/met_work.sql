-- What kind of work is done, how much support it takes, and what reaches into people's
-- evenings apart from pages; of every group by month and quarter.
with

items as (

    select * from {{ ref('fct_work_items') }}

),

tickets as (

    select * from {{ ref('fct_support_tickets') }}

),

services as (

    select * from {{ ref('dim_service') }}

),

service_groups as (

    select * from {{ ref('bridge_service_groups') }}

),

person_groups as (

    select * from {{ ref('bridge_person_groups') }}

),

person_periods as (

    select * from {{ ref('met_work_person_periods') }}

),

role_alignment as (

    select * from {{ ref('met_role_alignment') }}

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain != 'week'

),

grouped_items as (

    select
        service_groups.group_family,
        service_groups.group_key,
        periods.period_id,
        items.item_kind,
        items.work_type
    from items
    inner join service_groups
        on
            items.service_id = service_groups.service_id
            and {{ is_valid_at('items.counted_at', 'service_groups') }}
    inner join periods
        on
            items.counted_on >= periods.period_start
            and items.counted_on < periods.period_end

),

item_counts as (

    select
        group_family,
        group_key,
        period_id,
        item_kind,
        count(*) as n_items,
        count(work_type) as n_classified,
        count(*) - count(work_type) as n_unclassified,
        count(*) filter (where work_type = 'feature') as n_feature,
        count(*) filter (where work_type = 'maintenance') as n_maintenance,
        count(*) filter (where work_type = 'unplanned') as n_unplanned,
        count(*) filter (where work_type = 'support') as n_support
    from grouped_items
    group by group_family, group_key, period_id, item_kind

),

-- Months in which a service was in use, whole or in part: of a service that began in
-- the middle of a month half of it.
service_months as (

    select
        service_groups.group_family,
        service_groups.group_key,
        periods.period_id,
        sum(
            epoch(
                least(
                    coalesce(service_groups.valid_to, periods.period_end),
                    coalesce(services.valid_to, periods.period_end),
                    periods.period_end,
                    {{ as_of() }}
                )
                - greatest(
                    service_groups.valid_from,
                    services.valid_from,
                    periods.period_start
                )
            )
            / epoch(periods.period_end - periods.period_start)
            * case periods.period_grain when 'quarter' then 3 else 1 end
        ) as n_service_months
    from service_groups
    inner join services
        on
            service_groups.service_id = services.service_id
            and service_groups.valid_from
            < coalesce(services.valid_to, timestamp '9999-12-31')
            and services.valid_from
            < coalesce(service_groups.valid_to, timestamp '9999-12-31')
    inner join periods
        on
            greatest(service_groups.valid_from, services.valid_from)
            < least(periods.period_end, {{ as_of() }})
            and least(
                coalesce(service_groups.valid_to, timestamp '9999-12-31'),
                coalesce(services.valid_to, timestamp '9999-12-31')
            ) > periods.period_start
    where services.is_declared
    group by
        service_groups.group_family, service_groups.group_key, periods.period_id

),

tickets_recorded as (

    select min(opened_at) as since
    from tickets

),

ticket_counts as (

    select
        service_groups.group_family,
        service_groups.group_key,
        periods.period_id,
        count(*) as n_tickets,
        count(*) filter (where tickets.is_escalated) as n_escalations,
        count(tickets.is_escalated_after_hours) as n_escalations_of_known_hour,
        count(*) filter (where tickets.is_escalated_after_hours)
            as n_escalations_after_hours
    from tickets
    inner join service_groups
        on
            tickets.service_id = service_groups.service_id
            and {{ is_valid_at('tickets.opened_at', 'service_groups') }}
    inner join periods
        on
            tickets.counted_on >= periods.period_start
            and tickets.counted_on < periods.period_end
    group by
        service_groups.group_family, service_groups.group_key, periods.period_id

),

-- Without a ticket in a group there were none, once the support desk sends any.
support as (

    select
        service_months.group_family,
        service_months.group_key,
        service_months.period_id,
        service_months.n_service_months,
        coalesce(ticket_counts.n_tickets, 0) as n_tickets,
        coalesce(ticket_counts.n_escalations, 0) as n_escalations,
        coalesce(ticket_counts.n_escalations_of_known_hour, 0)
            as n_escalations_of_known_hour,
        coalesce(ticket_counts.n_escalations_after_hours, 0)
            as n_escalations_after_hours
    from service_months
    inner join periods on service_months.period_id = periods.period_id
    inner join tickets_recorded on periods.period_end > tickets_recorded.since
    left join ticket_counts
        on
            service_months.group_family = ticket_counts.group_family
            and service_months.group_key = ticket_counts.group_key
            and service_months.period_id = ticket_counts.period_id

),

members as (

    select
        person_groups.group_family,
        person_groups.group_key,
        periods.period_id,
        case any_value(periods.period_grain) when 'quarter' then 3 else 1 end
            as n_months,
        count(person_periods.n_interruptions_after_hours) as n_people,
        count(person_periods.n_escalations) as n_people_of_support,
        sum(person_periods.n_interruptions_after_hours) as n_interruptions,
        sum(person_periods.n_escalations) as n_escalations,
        sum(person_periods.n_of_unknown_hour) as n_of_unknown_hour
    from person_periods
    inner join person_groups
        on
            person_periods.person_id = person_groups.person_id
            and person_periods.period_id = person_groups.period_id
    inner join periods on person_periods.period_id = periods.period_id
    group by person_groups.group_family, person_groups.group_key, periods.period_id

),

mix_differences as (

    select
        group_family,
        group_key,
        period_id,
        sum(abs(difference_in_points)) / 2 as points,
        any_value(n_changes) as n_changes,
        any_value(n_excluded) as n_excluded
    from role_alignment
    group by group_family, group_key, period_id

),

unioned as (

    {% for item_kind in ['change', 'issue'] %}
        {% for work_type in ['feature', 'maintenance', 'unplanned', 'support'] %}
            select
                group_family,
                group_key,
                period_id,
                'share_of_{{ item_kind }}s_{{ work_type }}' as metric_id,
                n_{{ work_type }} / nullif(n_classified, 0) as value,
                cast(n_{{ work_type }} as double) as numerator,
                cast(n_classified as double) as denominator,
                n_classified as n_events,
                n_unclassified as n_excluded
            from item_counts
            where item_kind = '{{ item_kind }}'

            union all
        {% endfor %}
        select
            group_family,
            group_key,
            period_id,
            'share_of_{{ item_kind }}s_unclassified' as metric_id,
            n_unclassified / n_items as value,
            cast(n_unclassified as double) as numerator,
            cast(n_items as double) as denominator,
            n_items as n_events,
            0 as n_excluded
        from item_counts
        where item_kind = '{{ item_kind }}'

        union all
    {% endfor %}

    select
        group_family,
        group_key,
        period_id,
        'tickets_per_service_month' as metric_id,
        n_tickets / nullif(n_service_months, 0) as value,
        cast(n_tickets as double) as numerator,
        n_service_months as denominator,
        n_tickets as n_events,
        0 as n_excluded
    from support

    union all

    select
        group_family,
        group_key,
        period_id,
        'escalations_per_service_month' as metric_id,
        n_escalations / nullif(n_service_months, 0) as value,
        cast(n_escalations as double) as numerator,
        n_service_months as denominator,
        n_escalations as n_events,
        0 as n_excluded
    from support

    union all

    select
        group_family,
        group_key,
        period_id,
        'share_of_escalations_after_hours' as metric_id,
        n_escalations_after_hours / nullif(n_escalations_of_known_hour, 0) as value,
        cast(n_escalations_after_hours as double) as numerator,
        cast(n_escalations_of_known_hour as double) as denominator,
        n_escalations_of_known_hour as n_events,
        n_escalations - n_escalations_of_known_hour as n_excluded
    from support

    union all

    select
        group_family,
        group_key,
        period_id,
        'escalations_per_person' as metric_id,
        n_escalations / nullif(n_people_of_support * n_months, 0) as value,
        cast(n_escalations as double) as numerator,
        cast(n_people_of_support * n_months as double) as denominator,
        coalesce(n_escalations, 0) as n_events,
        0 as n_excluded
    from members

    union all

    select
        group_family,
        group_key,
        period_id,
        'after_hours_interruptions_per_person' as metric_id,
        n_interruptions / nullif(n_people * n_months, 0) as value,
        cast(n_interruptions as double) as numerator,
        cast(n_people * n_months as double) as denominator,
        coalesce(n_interruptions, 0) as n_events,
        n_of_unknown_hour as n_excluded
    from members

    union all

    select
        group_family,
        group_key,
        period_id,
        'role_mix_difference' as metric_id,
        points as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        n_changes as n_events,
        n_excluded
    from mix_differences

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
            when unioned.metric_id = 'role_mix_difference'
                then 'not classified, or nothing is expected of the role'
            when
                unioned.metric_id in (
                    'share_of_escalations_after_hours',
                    'after_hours_interruptions_per_person'
                )
                then 'local hour unknown'
            else 'not classified'
        end as exclusion_note,
        cast(null as double) as lower_limit,
        cast(null as double) as upper_limit
    from unioned
    inner join periods on unioned.period_id = periods.period_id

)

select * from final
