with

deployments as (

    select * from {{ ref('int_deployments_finished') }}

),

sequenced as (

    select * from {{ ref('int_deployments_sequenced') }}

),

changes as (

    select * from {{ ref('fct_changes') }}

),

failures as (

    select * from {{ ref('fct_deployment_failures') }}
    where profile_id = 'fairlead'

),

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

clocks as (

    select * from {{ ref('bridge_service_clocks') }}

),

revert_deployments as (

    select distinct deployment_id
    from changes
    where
        is_revert
        and deployment_id is not null

),

final as (

    select
        deployments.deployment_id,
        deployments.service_id,
        owners.team_id,
        deployments.repository,
        deployments.environment,
        deployments.status,
        deployments.started_at,
        deployments.finished_at,
        {{ counted_on('deployments.finished_at', 'clocks') }} as counted_on,
        deployments.commit_sha,
        deployments.version,
        sequenced.previous_success_deployment_id,
        coalesce(sequenced.is_baseline, false) as is_baseline,
        coalesce(sequenced.is_rollback, false) as is_rollback,
        sequenced.rolled_back_deployment_id,
        coalesce(deployments.is_declared_unplanned, false)
        or coalesce(sequenced.is_rollback, false)
        or revert_deployments.deployment_id is not null as is_unplanned,
        failures.deployment_id is not null as is_failed,
        failures.failure_method,
        failures.failed_at,
        failures.recovered_at,
        failures.recovery_seconds,
        coalesce(failures.is_recovery_censored, false) as is_recovery_censored
    from deployments
    left join sequenced on deployments.deployment_id = sequenced.deployment_id
    left join failures on deployments.deployment_id = failures.deployment_id
    left join revert_deployments
        on deployments.deployment_id = revert_deployments.deployment_id
    left join owners
        on
            deployments.service_id = owners.service_id
            and {{ is_valid_at('deployments.finished_at', 'owners') }}
    left join clocks
        on
            deployments.service_id = clocks.service_id
            and {{ is_valid_at('deployments.finished_at', 'clocks') }}
    qualify row_number() over (
        partition by deployments.deployment_id order by owners.team_id, clocks.team_id
    ) = 1

)

select * from final
