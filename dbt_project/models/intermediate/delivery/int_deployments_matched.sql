-- Deployments with their service, and the one that counts where several tools report
-- the same one.
with

deployments as (

    select * from {{ ref('int_deployments_unioned') }}

),

aliases as (

    select * from {{ ref('int_service_aliases') }}

),

-- A repository with several services: only a deployment that names its service counts
-- for it.
addresses as (

    select
        deployment_id,
        started_at,
        unnest(['catalogue', 'repository', 'part_of_repository']) as alias_kind,
        unnest([
            declared_service_id,
            case when declared_service_id is null then repository end,
            case
                when declared_service_id is null
                    then repository || '#' || payload_service
            end
        ]) as service_alias
    from deployments

),

addressed as (

    select
        addresses.deployment_id,
        min(aliases.service_id) as service_id,
        arg_min(aliases.repository, aliases.service_id) as repository
    from addresses
    inner join aliases
        on
            addresses.alias_kind = aliases.alias_kind
            and addresses.service_alias = aliases.service_alias
            and {{ is_valid_at('addresses.started_at', 'aliases') }}
    group by addresses.deployment_id

),

served as (

    select
        deployments.* replace (
            coalesce(deployments.repository, addressed.repository) as repository
        ),
        addressed.service_id,
        coalesce(deployments.finished_at, deployments.started_at) as reported_at
    from deployments
    left join addressed on deployments.deployment_id = addressed.deployment_id

),

-- A pipeline may report what its tool records, too: of one commit, or without naming
-- one, for one service, environment and outcome within minutes. Whoever names the
-- commit knows more; a rollback is told near its own end, or it is one of its own.
ranked as (

    select
        *,
        preference + case when commit_sha is null then 10000 else 0 end as knowledge
    from served

),

{% set service = ['service_id', 'environment', 'status'] -%}
compared as (

    select
        *,
        arg_min(deployment_id, (knowledge, reported_at, deployment_id)) over same_commit
            as id_of_commit,
        arg_min(system, (knowledge, reported_at, deployment_id)) over same_commit
            as system_of_commit,
        arg_min(deployment_id, (knowledge, reported_at, deployment_id))
            over same_service as id_of_service,
        arg_min(system, (knowledge, reported_at, deployment_id)) over same_service
            as system_of_service,
        arg_min(deployment_id, (knowledge, reported_at, deployment_id)) over same_minute
            as id_of_minute,
        arg_min(system, (knowledge, reported_at, deployment_id)) over same_minute
            as system_of_minute
    from ranked
    window
        same_commit as (
            {{ around('reported_at', 'same_deployment_minutes', service + ['commit_sha']) }} -- noqa
        ),
        same_service as (
            {{ around('reported_at', 'same_deployment_minutes', service) }} -- noqa
        ),
        same_minute as (
            {{ around('reported_at', 'same_rollback_minutes', service) }} -- noqa
        )

),

nearest as (

    select
        *,
        case
            when service_id is null or reported_at is null then deployment_id
            when commit_sha is not null
                then case when system_of_commit != system then id_of_commit end
            when is_declared_rollback
                then case when system_of_minute != system then id_of_minute end
            when system_of_service != system then id_of_service
        end as nearest_deployment_id
    from compared

),

-- What is nearest may itself repeat another.
final as (

    select
        nearest.deployment_id,
        nearest.repository,
        nearest.environment,
        nearest.status,
        nearest.started_at,
        nearest.finished_at,
        nearest.commit_sha,
        nearest.version,
        nearest.is_declared_unplanned,
        nearest.declared_rolled_back_deployment_id,
        nearest.is_declared_rollback,
        nearest.service_id,
        coalesce(
            further.nearest_deployment_id,
            nearest.nearest_deployment_id,
            nearest.deployment_id
        ) as counted_deployment_id
    from nearest
    left join nearest as further
        on nearest.nearest_deployment_id = further.deployment_id

)

select * from final
