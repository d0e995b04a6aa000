-- How far the mix of work of a cohort is from what its roles expect: the part of its
-- changes that would have to be of another type. Of cohorts only; a person's mix is
-- nobody's measure.
with

items as (

    select * from {{ ref('fct_work_items') }}
    where
        item_kind = 'change'
        and person_id is not null
        and not is_bot

),

person_groups as (

    select * from {{ ref('bridge_person_groups') }}

),

roles as (

    select
        period_id,
        person_id,
        group_key as role_family
    from {{ ref('bridge_person_groups') }}
    where group_family = 'role_family'

),

expected_mix as (

    select * from {{ ref('role_expected_mix') }}

),

expected_roles as (

    select distinct role_family
    from expected_mix

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain != 'week'

),

authored as (

    select
        person_groups.group_family,
        person_groups.group_key,
        periods.period_id,
        items.item_id,
        items.work_type,
        roles.role_family
    from items
    inner join periods
        on
            items.counted_on >= periods.period_start
            and items.counted_on < periods.period_end
    inner join person_groups
        on
            items.person_id = person_groups.person_id
            and periods.period_id = person_groups.period_id
    inner join roles
        on
            items.person_id = roles.person_id
            and periods.period_id = roles.period_id
    where person_groups.group_family in ('organisation', 'team', 'division')

),

comparable as (

    select authored.*
    from authored
    inner join expected_roles on authored.role_family = expected_roles.role_family
    where authored.work_type is not null

),

totals as (

    select
        group_family,
        group_key,
        period_id,
        count(*) as n_changes
    from comparable
    group by group_family, group_key, period_id

),

all_changes as (

    select
        group_family,
        group_key,
        period_id,
        count(*) as n_changes
    from authored
    group by group_family, group_key, period_id

),

by_type as (

    select
        group_family,
        group_key,
        period_id,
        work_type,
        cast(count(*) as double) as n_changes,
        0e0 as n_expected
    from comparable
    group by group_family, group_key, period_id, work_type

    union all

    select
        comparable.group_family,
        comparable.group_key,
        comparable.period_id,
        expected_mix.work_type,
        0e0 as n_changes,
        sum(expected_mix.expected_share) as n_expected
    from comparable
    inner join expected_mix on comparable.role_family = expected_mix.role_family
    group by
        comparable.group_family,
        comparable.group_key,
        comparable.period_id,
        expected_mix.work_type

),

final as (

    select
        by_type.group_family,
        by_type.group_key,
        by_type.period_id,
        by_type.work_type,
        sum(by_type.n_changes) / any_value(totals.n_changes) as share_of_changes,
        sum(by_type.n_expected) / any_value(totals.n_changes) as expected_share,
        100 * (sum(by_type.n_changes) - sum(by_type.n_expected))
        / any_value(totals.n_changes) as difference_in_points,
        any_value(totals.n_changes) as n_changes,
        any_value(all_changes.n_changes) - any_value(totals.n_changes) as n_excluded
    from by_type
    inner join totals
        on
            by_type.group_family = totals.group_family
            and by_type.group_key = totals.group_key
            and by_type.period_id = totals.period_id
    inner join all_changes
        on
            by_type.group_family = all_changes.group_family
            and by_type.group_key = all_changes.group_key
            and by_type.period_id = all_changes.period_id
    group by
        by_type.group_family, by_type.group_key, by_type.period_id, by_type.work_type

)

select * from final
