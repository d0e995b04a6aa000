-- Every whole week in which a service was in use, with and without deployments: a week
-- without one is a zero, not a gap.
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

active_spans as (

    select
        deployments.service_id,
        date_trunc('week', min(deployments.finished_at)) + interval 7 day as first_week,
        least({{ as_of() }}, any_value(services.retired_at)) as ends_at
    from deployments
    inner join services on deployments.service_id = services.service_id
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
        date_trunc('week', finished_at) as week_start,
        count(*) as n_deployments,
        count(distinct cast(finished_at as date)) as n_deployment_days
    from deployments
    group by service_id, date_trunc('week', finished_at)

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
