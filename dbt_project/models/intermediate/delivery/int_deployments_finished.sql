with

deployments as (

    select * from {{ ref('int_deployments_matched') }}

),

-- What another tool says of the same deployment adds to it.
told as (

    select
        counted_deployment_id,
        bool_or(is_declared_unplanned) as is_declared_unplanned,
        bool_or(is_declared_rollback) as is_declared_rollback,
        min(declared_rolled_back_deployment_id) as declared_rolled_back_deployment_id
    from deployments
    group by counted_deployment_id

),

final as (

    select
        deployments.deployment_id,
        deployments.repository,
        deployments.environment,
        deployments.status,
        deployments.started_at,
        deployments.finished_at,
        deployments.commit_sha,
        deployments.version,
        told.is_declared_unplanned,
        rolled_back.counted_deployment_id as declared_rolled_back_deployment_id,
        told.is_declared_rollback,
        deployments.service_id
    from deployments
    inner join told on deployments.deployment_id = told.counted_deployment_id
    left join deployments as rolled_back
        on told.declared_rolled_back_deployment_id = rolled_back.deployment_id
    where deployments.deployment_id = deployments.counted_deployment_id

)

select * from final
