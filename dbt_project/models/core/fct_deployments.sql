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

incidents as (

    select * from {{ ref('fct_incidents') }}

),

links as (

    select * from {{ ref('bridge_incident_deployments') }}

),

link_methods as (

    select * from {{ ref('incident_link_methods') }}

),

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

clocks as (

    select * from {{ ref('bridge_service_clocks') }}

),

-- An incident that is still open leaves its deployment unrecovered.
incident_failures as (

    select
        links.deployment_id,
        arg_min(links.link_method, link_methods.preference) as failure_method,
        min(incidents.detected_at) as failed_at,
        case
            when bool_and(incidents.resolved_at is not null)
                then max(incidents.resolved_at)
        end as incidents_resolved_at
    from links
    inner join incidents on links.incident_id = incidents.incident_id
    inner join link_methods on links.link_method = link_methods.link_method
    where link_methods.makes_failure
    group by links.deployment_id

),

rollbacks as (

    select
        rolled_back_deployment_id as deployment_id,
        min(started_at) as rollback_started_at,
        min(finished_at) as rollback_finished_at
    from sequenced
    where is_rollback
    group by rolled_back_deployment_id

),

-- The deployment that carried the revert of one of its changes.
fixes as (

    select
        originals.deployment_id,
        min(reverts.deployed_at) as fix_deployed_at
    from changes as reverts
    inner join changes as originals on reverts.reverts_change_id = originals.change_id
    where reverts.deployed_at > originals.deployed_at
    group by originals.deployment_id

),

revert_deployments as (

    select distinct deployment_id
    from changes
    where
        is_revert
        and deployment_id is not null

),

joined as (

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
        deployments.status = 'success' and (
            incident_failures.deployment_id is not null
            or rollbacks.deployment_id is not null
        ) as is_failed,
        coalesce(
            incident_failures.failure_method,
            case when rollbacks.deployment_id is not null then 'rollback' end
        ) as failure_method,
        coalesce(incident_failures.failed_at, rollbacks.rollback_started_at)
            as failed_at,
        least(
            incident_failures.incidents_resolved_at,
            rollbacks.rollback_finished_at,
            fixes.fix_deployed_at
        ) as earliest_recovery_at
    from deployments
    left join sequenced on deployments.deployment_id = sequenced.deployment_id
    left join incident_failures
        on deployments.deployment_id = incident_failures.deployment_id
    left join rollbacks on deployments.deployment_id = rollbacks.deployment_id
    left join fixes on deployments.deployment_id = fixes.deployment_id
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

),

final as (

    select
        deployment_id,
        service_id,
        team_id,
        repository,
        environment,
        status,
        started_at,
        finished_at,
        counted_on,
        commit_sha,
        version,
        previous_success_deployment_id,
        is_baseline,
        is_rollback,
        rolled_back_deployment_id,
        is_unplanned,
        is_failed,
        case when is_failed then failure_method end as failure_method,
        case when is_failed then failed_at end as failed_at,
        case when is_failed then earliest_recovery_at end as recovered_at,
        case
            when is_failed
                then {{ seconds_between('finished_at', 'earliest_recovery_at') }}
        end as recovery_seconds,
        is_failed and earliest_recovery_at is null as is_recovery_censored
    from joined

)

select * from final
