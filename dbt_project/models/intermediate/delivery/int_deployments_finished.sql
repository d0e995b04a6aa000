with

deployments as (

    select * from {{ ref('stg_github__deployments') }}
    where created_at <= {{ as_of() }}

),

statuses as (

    select * from {{ ref('stg_github__deployment_statuses') }}
    where created_at <= {{ as_of() }}

),

releases as (

    select * from {{ ref('stg_github__releases') }}
    where not coalesce(is_draft, false)

),

environments as (

    select * from {{ ref('environments') }}

),

generic_deployments as (

    select * from {{ ref('stg_generic__deployments') }}
    where coalesce(started_at, finished_at) <= {{ as_of() }}

),

generic_deployment_commits as (

    select * from {{ ref('stg_generic__deployment_commits') }}

),

commits as (

    select * from {{ ref('int_commits_unioned') }}

),

services as (

    select * from {{ ref('int_services_resolved') }}

),

-- A tag that was moved keeps its newest commit.
tags as (

    select
        repository,
        tag_name,
        max_by(target_commitish, coalesce(published_at, created_at)) as commit_sha
    from releases
    group by repository, tag_name

),

-- Success comes only from statuses. `inactive` follows a success that was superseded,
-- so the first success counts, and a failure counts only where no success followed.
outcomes as (

    select
        deployment_id,
        min(created_at) filter (where state = 'success') as succeeded_at,
        min(created_at) filter (where state in ('failure', 'error')) as failed_at
    from statuses
    group by deployment_id

),

github_resolved as (

    select
        deployments.deployment_id,
        deployments.repository,
        coalesce(
            environments.environment_class,
            case
                when deployments.is_production_environment then 'production'
                else 'other'
            end
        ) as environment,
        case
            when outcomes.succeeded_at is not null then 'success'
            when outcomes.failed_at is not null then 'failure'
            else 'in_progress'
        end as status,
        deployments.created_at as started_at,
        coalesce(outcomes.succeeded_at, outcomes.failed_at) as finished_at,
        -- The commit itself, else the commit of the tag, else a commit named by the
        -- reference (`release-<sha>` is common).
        coalesce(
            deployments.commit_sha,
            tags.commit_sha,
            nullif(regexp_extract(deployments.ref, '([0-9a-f]{40})$', 1), '')
        ) as commit_sha,
        deployments.ref as version,
        try_cast(deployments.payload ->> '$.unplanned' as boolean)
            as is_declared_unplanned,
        deployments.payload ->> '$.service' as payload_service,
        null as declared_service_id,
        null as declared_rolled_back_deployment_id
    from deployments
    left join outcomes on deployments.deployment_id = outcomes.deployment_id
    left join environments on deployments.environment = environments.environment
    left join tags
        on
            deployments.repository = tags.repository
            and deployments.ref = tags.tag_name

),

-- Where a deployment names no repository, that of its commits.
named_repositories as (

    select
        brought.deployment_id,
        min(commits.repository) as repository
    from (
        select
            deployment_id,
            commit_sha
        from generic_deployments
        union all
        select
            deployment_id,
            commit_sha
        from generic_deployment_commits
    ) as brought
    inner join commits on brought.commit_sha = commits.commit_sha
    group by brought.deployment_id

),

generic_resolved as (

    select
        generic_deployments.deployment_id,
        coalesce(generic_deployments.repository, named_repositories.repository)
            as repository,
        coalesce(environments.environment_class, 'other') as environment,
        -- What ends after the as-of date is still running on it.
        case
            when generic_deployments.finished_at > {{ as_of() }} then 'in_progress'
            when
                generic_deployments.status
                in ('success', 'failure', 'cancelled', 'in_progress')
                then generic_deployments.status
        end as status,
        coalesce(generic_deployments.started_at, generic_deployments.finished_at)
            as started_at,
        case
            when
                generic_deployments.status != 'in_progress'
                and generic_deployments.finished_at <= {{ as_of() }}
                then generic_deployments.finished_at
        end as finished_at,
        generic_deployments.commit_sha,
        generic_deployments.version,
        generic_deployments.is_unplanned as is_declared_unplanned,
        null as payload_service,
        generic_deployments.service_id as declared_service_id,
        generic_deployments.rolled_back_deployment_id
            as declared_rolled_back_deployment_id
    from generic_deployments
    left join named_repositories
        on generic_deployments.deployment_id = named_repositories.deployment_id
    left join environments
        on generic_deployments.environment = environments.environment

),

resolved as (

    select * from github_resolved
    union all
    select * from generic_resolved

),

-- A repository with several services: only a deployment that names its service counts
-- for it.
final as (

    select
        resolved.deployment_id,
        coalesce(resolved.repository, services.repository) as repository,
        resolved.environment,
        resolved.status,
        resolved.started_at,
        resolved.finished_at,
        resolved.commit_sha,
        resolved.version,
        resolved.is_declared_unplanned,
        resolved.declared_rolled_back_deployment_id,
        services.service_id
    from resolved
    left join services
        on
            {{ is_valid_at('resolved.started_at', 'services') }}
            and (
                resolved.declared_service_id = services.service_id
                or (
                    resolved.declared_service_id is null
                    and resolved.repository = services.repository
                    and (
                        services.n_services_of_repository = 1
                        or resolved.payload_service
                        in (services.service_id, services.service_name)
                    )
                )
            )
    qualify row_number() over (
        partition by resolved.deployment_id order by services.service_id
    ) = 1

)

select * from final
