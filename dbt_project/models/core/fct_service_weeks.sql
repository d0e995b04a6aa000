-- Every whole week in which a service was in use, with and without deployments: a week
-- without one is a zero, not a gap. Weeks begin on Monday on the clock of the team that
-- owned the service.
with

deployments as (

    select * from {{ ref('fct_deployments') }}
    where
        environment = 'production'
        and status = 'success'
        and service_id is not null

),

services as (

    select
        service_id,
        max(coalesce(valid_to, timestamp '9999-12-31')) as retired_at
    from {{ ref('dim_service') }}
    group by service_id

),

clocks as (

    select * from {{ ref('bridge_service_clocks') }}

),

used_until as (

    select
        service_id,
        least({{ as_of() }}, retired_at) as used_until
    from services

),

-- The last week is whole when it is over where the team is.
on_local_clock as (

    select
        used_until.service_id,
        coalesce(
            {{ local_time('used_until.used_until', 'clocks.time_zone') }},
            used_until.used_until
        ) as ends_at
    from used_until
    left join clocks
        on
            used_until.service_id = clocks.service_id
            and used_until.used_until > clocks.valid_from
            and coalesce(used_until.used_until <= clocks.valid_to, true)
    qualify row_number() over (
        partition by used_until.service_id order by clocks.team_id
    ) = 1

),

active_spans as (

    select
        deployments.service_id,
        cast(date_trunc('week', min(deployments.counted_on)) as timestamp)
        + interval 7 day as first_week,
        any_value(on_local_clock.ends_at) as ends_at
    from deployments
    inner join on_local_clock on deployments.service_id = on_local_clock.service_id
    group by deployments.service_id

),

weeks as (

    select
        service_id,
        ends_at,
        unnest(generate_series(first_week, ends_at, interval 7 day)) as week_start
    from active_spans

),

deployments_by_week as (

    select
        service_id,
        cast(date_trunc('week', counted_on) as timestamp) as week_start,
        count(*) as n_deployments,
        count(distinct counted_on) as n_deployment_days
    from deployments
    group by service_id, date_trunc('week', counted_on)

),

final as (

    select
        weeks.service_id,
        weeks.week_start,
        weeks.week_start + interval 7 day as week_end,
        coalesce(deployments_by_week.n_deployments, 0) as n_deployments,
        coalesce(deployments_by_week.n_deployment_days, 0) as n_deployment_days
    from weeks
    left join deployments_by_week
        on
            weeks.service_id = deployments_by_week.service_id
            and weeks.week_start = deployments_by_week.week_start
    where weeks.week_start + interval 7 day <= weeks.ends_at

)

select * from final
