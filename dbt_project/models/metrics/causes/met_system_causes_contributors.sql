-- Whose changes waited for another team, by group of services.
with

changes as (

    select * from {{ ref('fct_changes') }}
    where
        contributor_key is not null
        and deployed_at is not null
        and is_first_review_by_another_team
        and pickup_seconds is not null

),

service_groups as (

    select * from {{ ref('bridge_service_groups') }}

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain != 'week'

),

period_days as (

    {{ days_of('periods') }}

),

final as (

    select
        service_groups.group_family,
        service_groups.group_key,
        period_days.period_id,
        changes.contributor_key,
        count(*) as n_changes
    from changes
    inner join service_groups
        on
            changes.service_id = service_groups.service_id
            and {{ is_valid_at('changes.deployed_at', 'service_groups') }}
    inner join period_days
        on
            {{ counts_in('changes.counted_on', 'period_days', 'service_groups') }}
    group by all

)

select * from final
