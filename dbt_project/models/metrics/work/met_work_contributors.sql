-- Who stands behind the figures of work, by group. Work on services is counted for
-- those who changed them, interruptions for everyone on the roster, and the mix of
-- roles for those whose role is known.
with

items as (

    select * from {{ ref('fct_work_items') }}
    where
        item_kind = 'change'
        and contributor_key is not null

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

roles as (

    select distinct role_family
    from {{ ref('role_expected_mix') }}

),

role_groups as (

    select
        person_groups.person_id,
        person_groups.period_id
    from person_groups
    inner join roles on person_groups.group_key = roles.role_family
    where person_groups.group_family = 'role_family'

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain != 'week'

),

authors as (

    select
        'authors_of_work' as population_base,
        service_groups.group_family,
        service_groups.group_key,
        periods.period_id,
        'share_of_changes_unclassified' as metric_id,
        items.contributor_key,
        cast(count(*) as double) as amount
    from items
    inner join service_groups
        on
            items.service_id = service_groups.service_id
            and {{ is_valid_at('items.counted_at', 'service_groups') }}
    inner join periods
        on
            items.counted_on >= periods.period_start
            and items.counted_on < periods.period_end
    group by
        service_groups.group_family,
        service_groups.group_key,
        periods.period_id,
        items.contributor_key

),

authors_of_known_role as (

    select
        'authors_of_known_role' as population_base,
        person_groups.group_family,
        person_groups.group_key,
        periods.period_id,
        'role_mix_difference' as metric_id,
        items.person_id as contributor_key,
        cast(count(*) as double) as amount
    from items
    inner join periods
        on
            items.counted_on >= periods.period_start
            and items.counted_on < periods.period_end
    inner join person_groups
        on
            items.person_id = person_groups.person_id
            and periods.period_id = person_groups.period_id
    inner join role_groups
        on
            items.person_id = role_groups.person_id
            and periods.period_id = role_groups.period_id
    where
        items.work_type is not null
        and not items.is_bot
    group by
        person_groups.group_family,
        person_groups.group_key,
        periods.period_id,
        items.person_id

),

amounts as (

    select
        person_id,
        period_id,
        'after_hours_interruptions_per_person' as metric_id,
        cast(n_interruptions_after_hours as double) as amount
    from person_periods

    union all

    select
        person_id,
        period_id,
        'escalations_per_person' as metric_id,
        cast(n_escalations as double) as amount
    from person_periods

),

members as (

    select
        'active_members' as population_base,
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

),

final as (

    select * from authors
    union all
    select * from authors_of_known_role
    union all
    select * from members

)

select * from final
