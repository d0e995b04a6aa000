with

deployments as (

    select * from {{ ref('int_deployments_finished') }}
    where
        status = 'success'
        and service_id is not null

),

-- Two deployments in one second keep one order in every run: the later id is the later
-- one.
ordered as (

    select
        *,
        row_number() over (
            partition by service_id, environment
            order by finished_at, started_at, length(deployment_id), deployment_id
        ) as deployment_sequence
    from deployments

),

chained as (

    select
        *,
        lag(deployment_id) over chain as previous_success_deployment_id,
        lag(deployment_sequence) over (
            partition by service_id, environment, commit_sha
            order by deployment_sequence
        ) as earlier_sequence_of_commit
    from ordered
    window chain as (partition by service_id, environment order by deployment_sequence)

),

-- A deployment that says what it takes back is believed. Else, in V1 V2 V3 V1 the last
-- deployment rolls back, and what it takes back is V2: the first deployment after the
-- version that was restored. What is unknown, in V1 ? V1, may have been V1 itself. V1
-- V1 is a redeployment, not a rollback. One that says that it is a rollback, and not of
-- what, takes back the deployment before it.
final as (

    select
        chained.deployment_id,
        chained.repository,
        chained.environment,
        chained.status,
        chained.started_at,
        chained.finished_at,
        chained.commit_sha,
        chained.version,
        chained.is_declared_unplanned,
        chained.service_id,
        chained.deployment_sequence,
        chained.previous_success_deployment_id,
        chained.deployment_sequence = 1 as is_baseline,
        coalesce(
            chained.declared_rolled_back_deployment_id,
            rolled_back.deployment_id,
            case
                when chained.is_declared_rollback
                    then chained.previous_success_deployment_id
            end
        ) as rolled_back_deployment_id,
        coalesce(chained.is_declared_rollback, false)
        or rolled_back_deployment_id is not null as is_rollback
    from chained
    left join chained as rolled_back
        on
            chained.service_id = rolled_back.service_id
            and chained.environment = rolled_back.environment
            and rolled_back.deployment_sequence = chained.earlier_sequence_of_commit + 1
            and chained.commit_sha != rolled_back.commit_sha

)

select * from final
