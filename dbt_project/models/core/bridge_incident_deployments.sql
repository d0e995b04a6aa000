-- One deployment per incident: the first method that applies, in the order of
-- confidence.
with

incidents as (

    select * from {{ ref('fct_incidents') }}

),

deployments as (

    select * from {{ ref('int_deployments_sequenced') }}
    where environment = 'production'

),

-- Whichever tool's id the incident names.
matched_deployments as (

    select * from {{ ref('int_deployments_matched') }}

),

commits_deployed as (

    select * from {{ ref('int_commits_deployed') }}

),

changes as (

    select * from {{ ref('fct_changes') }}

),

dependencies as (

    select * from {{ ref('bridge_service_dependencies') }}

),

link_methods as (

    select * from {{ ref('incident_link_methods') }}

),

-- While an incident is open, and no longer than the cap, a way back may be deployed.
incident_windows as (

    select
        *,
        least(
            coalesce(resolved_at, timestamp '9999-12-31'),
            detected_at
            + to_hours(cast({{ threshold('incident_link_cap_hours') }} as bigint))
        ) as window_ends_at
    from incidents

),

explicit as (

    select
        incidents.incident_id,
        deployments.deployment_id,
        'explicit' as link_method,
        incidents.detected_at,
        deployments.finished_at
    from incidents
    inner join matched_deployments
        on incidents.caused_by_deployment_id = matched_deployments.deployment_id
    inner join deployments
        on matched_deployments.counted_deployment_id = deployments.deployment_id

    union all

    -- The deployment that brought the commit which the incident names.
    select
        incidents.incident_id,
        deployments.deployment_id,
        'explicit' as link_method,
        incidents.detected_at,
        deployments.finished_at
    from incidents
    inner join commits_deployed
        on
            incidents.service_id = commits_deployed.service_id
            and incidents.caused_by_commit_sha = commits_deployed.commit_sha
    inner join deployments
        on commits_deployed.deployment_id = deployments.deployment_id
    where not commits_deployed.is_baseline

),

-- A change was reverted while the incident was open: the deployment that had brought
-- the reverted change is what failed.
reverted as (

    select
        incident_windows.incident_id,
        deployments.deployment_id,
        'revert' as link_method,
        incident_windows.detected_at,
        deployments.finished_at
    from incident_windows
    inner join changes as reverts
        on
            incident_windows.service_id = reverts.service_id
            and incident_windows.detected_at <= reverts.deployed_at
            and incident_windows.window_ends_at >= reverts.deployed_at
    inner join changes as originals on reverts.reverts_change_id = originals.change_id
    inner join deployments
        on
            originals.deployment_id = deployments.deployment_id
            and incident_windows.service_id = deployments.service_id
            and incident_windows.detected_at >= deployments.finished_at

),

rolled_back as (

    select
        incident_windows.incident_id,
        failures.deployment_id,
        'rollback' as link_method,
        incident_windows.detected_at,
        failures.finished_at
    from incident_windows
    inner join deployments as rollbacks
        on
            incident_windows.service_id = rollbacks.service_id
            and rollbacks.is_rollback
            and incident_windows.detected_at <= rollbacks.finished_at
            and incident_windows.window_ends_at >= rollbacks.finished_at
    inner join deployments as failures
        on
            rollbacks.rolled_back_deployment_id = failures.deployment_id
            and incident_windows.detected_at >= failures.finished_at

),

same_service as (

    select
        incidents.incident_id,
        deployments.deployment_id,
        'same_service' as link_method,
        incidents.detected_at,
        deployments.finished_at
    from incidents
    inner join deployments
        on
            incidents.service_id = deployments.service_id
            and incidents.detected_at >= deployments.finished_at
            and incidents.detected_at
            - to_hours(cast({{ threshold('incident_link_cap_hours') }} as bigint))
            <= deployments.finished_at

),

-- Direct dependencies as they were at detection: further away, everything is a suspect.
dependency as (

    select
        incidents.incident_id,
        deployments.deployment_id,
        'dependency' as link_method,
        incidents.detected_at,
        deployments.finished_at
    from incidents
    inner join dependencies
        on
            incidents.service_id = dependencies.service_id
            and {{ is_valid_at('incidents.detected_at', 'dependencies') }}
    inner join deployments
        on
            dependencies.depends_on_service_id = deployments.service_id
            and incidents.detected_at >= deployments.finished_at
            and incidents.detected_at
            - to_hours(cast({{ threshold('incident_link_cap_hours') }} as bigint))
            <= deployments.finished_at

),

unioned as (

    select * from explicit
    union all
    select * from reverted
    union all
    select * from rolled_back
    union all
    select * from same_service
    union all
    select * from dependency

),

final as (

    select
        unioned.incident_id,
        unioned.deployment_id,
        unioned.link_method,
        link_methods.link_confidence,
        {{ seconds_between('unioned.finished_at', 'unioned.detected_at') }}
            as gap_seconds
    from unioned
    inner join link_methods on unioned.link_method = link_methods.link_method
    inner join deployments on unioned.deployment_id = deployments.deployment_id
    qualify row_number() over (
        partition by unioned.incident_id
        order by
            link_methods.preference asc,
            unioned.finished_at desc,
            deployments.started_at desc,
            length(unioned.deployment_id) desc,
            unioned.deployment_id desc
    ) = 1

)

select * from final
