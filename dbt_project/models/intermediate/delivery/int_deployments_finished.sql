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

-- A pipeline may report what its tool records, too: of one commit, or of one that is
-- not named, for one service and environment within minutes.
{% set minutes = 'same_deployment_minutes' -%}
{% set service = ['service_id', 'environment', 'status'] -%}
compared as (

    select
        *,
        min(preference) over same_commit as preference_of_commit,
        min(preference) over same_service as preference_of_service,
        min(case when commit_sha is null then preference end) over same_service
            as preference_without_commit
    from served
    window
        same_commit as (
            {{ around('reported_at', minutes, service + ['commit_sha']) }} -- noqa: PRS
        ),
        same_service as (
            {{ around('reported_at', minutes, service) }} -- noqa: PRS
        )

),

final as (

    select
        deployment_id,
        repository,
        environment,
        status,
        started_at,
        finished_at,
        commit_sha,
        version,
        is_declared_unplanned,
        declared_rolled_back_deployment_id,
        is_declared_rollback,
        service_id
    from compared
    where
        service_id is null
        or preference <= case
            when commit_sha is null then preference_of_service
            else
                least(
                    preference_of_commit,
                    coalesce(preference_without_commit, preference_of_commit)
                )
        end

)

select * from final
