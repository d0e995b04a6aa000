-- Each deployment that an incident may be linked to and how: what a definition profile
-- then chooses from. `elapsed_seconds` is what a profile's cap is held against.
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

explicit as (

    select
        incidents.incident_id,
        deployments.deployment_id,
        'explicit' as link_method,
        0 as elapsed_seconds,
        incidents.detected_at,
        deployments.started_at,
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
        0 as elapsed_seconds,
        incidents.detected_at,
        deployments.started_at,
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
        incidents.incident_id,
        deployments.deployment_id,
        'revert' as link_method,
        {{ seconds_between('incidents.detected_at', 'reverts.deployed_at') }}
            as elapsed_seconds,
        incidents.detected_at,
        deployments.started_at,
        deployments.finished_at
    from incidents
    inner join changes as reverts
        on
            incidents.service_id = reverts.service_id
            and incidents.detected_at <= reverts.deployed_at
            and coalesce(incidents.resolved_at >= reverts.deployed_at, true)
    inner join changes as originals on reverts.reverts_change_id = originals.change_id
    inner join deployments
        on
            originals.deployment_id = deployments.deployment_id
            and incidents.service_id = deployments.service_id
            and incidents.detected_at >= deployments.finished_at

),

rolled_back as (

    select
        incidents.incident_id,
        failures.deployment_id,
        'rollback' as link_method,
        {{ seconds_between('incidents.detected_at', 'rollbacks.finished_at') }}
            as elapsed_seconds,
        incidents.detected_at,
        failures.started_at,
        failures.finished_at
    from incidents
    inner join deployments as rollbacks
        on
            incidents.service_id = rollbacks.service_id
            and rollbacks.is_rollback
            and incidents.detected_at <= rollbacks.finished_at
            and coalesce(incidents.resolved_at >= rollbacks.finished_at, true)
    inner join deployments as failures
        on
            rollbacks.rolled_back_deployment_id = failures.deployment_id
            and incidents.detected_at >= failures.finished_at

),

-- Of deployments that finished in one second, the one that started later; of those that
-- also started together, the later id is the later one.
latest_of_second as (

    select *
    from deployments
    qualify row_number() over (
        partition by service_id, finished_at
        order by started_at desc, length(deployment_id) desc, deployment_id desc
    ) = 1

),

same_service as (

    select
        incidents.incident_id,
        deployments.deployment_id,
        'same_service' as link_method,
        {{ seconds_between('deployments.finished_at', 'incidents.detected_at') }}
            as elapsed_seconds,
        incidents.detected_at,
        deployments.started_at,
        deployments.finished_at
    from incidents
    asof inner join latest_of_second as deployments
        on
            incidents.service_id = deployments.service_id
            and incidents.detected_at >= deployments.finished_at

),

-- Direct dependencies as they were at detection: further away, everything is a suspect.
needed_services as (

    select
        incidents.incident_id,
        incidents.detected_at,
        dependencies.depends_on_service_id
    from incidents
    inner join dependencies
        on
            incidents.service_id = dependencies.service_id
            and {{ is_valid_at('incidents.detected_at', 'dependencies') }}

),

dependency as (

    select
        needed_services.incident_id,
        deployments.deployment_id,
        'dependency' as link_method,
        {{ seconds_between('deployments.finished_at', 'needed_services.detected_at') }}
            as elapsed_seconds,
        needed_services.detected_at,
        deployments.started_at,
        deployments.finished_at
    from needed_services
    asof inner join latest_of_second as deployments
        on
            needed_services.depends_on_service_id = deployments.service_id
            and needed_services.detected_at >= deployments.finished_at

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
        incident_id,
        deployment_id,
        link_method,
        min(elapsed_seconds) as elapsed_seconds,
        {{ seconds_between('any_value(finished_at)', 'any_value(detected_at)') }}
            as gap_seconds,
        any_value(started_at) as started_at,
        any_value(finished_at) as finished_at
    from unioned
    group by incident_id, deployment_id, link_method

)

select * from final
