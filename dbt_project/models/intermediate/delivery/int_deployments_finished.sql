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

resolved as (

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
        deployments.payload ->> '$.service' as payload_service
    from deployments
    left join outcomes on deployments.deployment_id = outcomes.deployment_id
    left join environments on deployments.environment = environments.environment
    left join tags
        on
            deployments.repository = tags.repository
            and deployments.ref = tags.tag_name

),

-- A repository with several services: only a deployment that names its service counts
-- for it.
final as (

    select
        resolved.deployment_id,
        resolved.repository,
        resolved.environment,
        resolved.status,
        resolved.started_at,
        resolved.finished_at,
        resolved.commit_sha,
        resolved.version,
        resolved.is_declared_unplanned,
        services.service_id
    from resolved
    left join services
        on
            resolved.repository = services.repository
            and {{ is_valid_at('resolved.started_at', 'services') }}
            and (
                services.n_services_of_repository = 1
                or resolved.payload_service
                in (services.service_id, services.service_name)
            )
    qualify row_number() over (
        partition by resolved.deployment_id order by services.service_id
    ) = 1

)

select * from final
