-- Which deployments failed under each definition profile, and when they were put right.
-- A rule that takes a rollback or a revert as proof of a failure also takes it as the
-- end of one.
with

deployments as (

    select * from {{ ref('int_deployments_finished') }}
    where status = 'success'

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

    select * from {{ ref('bridge_incident_deployments_by_profile') }}

),

link_methods as (

    select * from {{ ref('incident_link_methods') }}

),

link_rules as (

    select * from {{ ref('link_rules') }}

),

definition_profiles as (

    select * from {{ ref('definition_profiles') }}

),

profiles as (

    select
        definition_profiles.profile_id,
        bool_or(link_rules.link_method = 'rollback') as takes_rollbacks,
        bool_or(link_rules.link_method = 'revert') as takes_reverts
    from definition_profiles
    inner join link_rules on definition_profiles.link_rule = link_rules.link_rule
    group by definition_profiles.profile_id

),

-- An incident that is still open leaves its deployment unrecovered.
incident_failures as (

    select
        links.profile_id,
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
    group by links.profile_id, links.deployment_id

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

failures as (

    select
        profiles.profile_id,
        deployments.deployment_id,
        deployments.finished_at,
        coalesce(incident_failures.failure_method, 'rollback') as failure_method,
        coalesce(incident_failures.failed_at, rollbacks.rollback_started_at)
            as failed_at,
        least(
            incident_failures.incidents_resolved_at,
            case when profiles.takes_rollbacks then rollbacks.rollback_finished_at end,
            case when profiles.takes_reverts then fixes.fix_deployed_at end
        ) as recovered_at
    from deployments
    cross join profiles
    left join incident_failures
        on
            deployments.deployment_id = incident_failures.deployment_id
            and profiles.profile_id = incident_failures.profile_id
    left join rollbacks on deployments.deployment_id = rollbacks.deployment_id
    left join fixes on deployments.deployment_id = fixes.deployment_id
    where
        incident_failures.deployment_id is not null
        or (profiles.takes_rollbacks and rollbacks.deployment_id is not null)

),

final as (

    select
        profile_id,
        deployment_id,
        failure_method,
        failed_at,
        recovered_at,
        {{ seconds_between('finished_at', 'recovered_at') }} as recovery_seconds,
        recovered_at is null as is_recovery_censored
    from failures

)

select * from final
