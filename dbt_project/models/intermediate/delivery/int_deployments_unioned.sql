-- Deployments of every tool, with outcome, commit and class of environment.
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

gitlab_deployments as (

    select
        *,
        coalesce(finished_at, updated_at) as ended_at
    from {{ ref('stg_gitlab__deployments') }}
    where coalesce(started_at, created_at) <= {{ as_of() }}

),

gitlab_projects as (

    select * from {{ ref('int_gitlab_projects_named') }}

),

service_events as (

    select * from {{ ref('stg_cdevents__deployments') }}
    where
        kind != 'removed'
        and finished_at <= {{ as_of() }}

),

generic_deployments as (

    select * from {{ ref('stg_generic__deployments') }}
    where coalesce(coalesce(started_at, finished_at) <= {{ as_of() }}, true)

),

generic_deployment_commits as (

    select * from {{ ref('stg_generic__deployment_commits') }}

),

commits as (

    select * from {{ ref('int_commits_unioned') }}

),

source_precedence as (

    select * from {{ ref('source_precedence') }}

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
        'github' as system,
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
        null as declared_rolled_back_deployment_id,
        false as is_declared_rollback
    from deployments
    left join outcomes on deployments.deployment_id = outcomes.deployment_id
    left join environments on deployments.environment = environments.environment
    left join tags
        on
            deployments.repository = tags.repository
            and deployments.ref = tags.tag_name

),

gitlab_resolved as (

    select
        'gitlab/' || gitlab_deployments.deployment_id as deployment_id,
        'gitlab' as system,
        coalesce(gitlab_deployments.repository, gitlab_projects.repository)
            as repository,
        coalesce(
            environments.environment_class,
            tiers.environment_class,
            'other'
        ) as environment,
        case
            when gitlab_deployments.ended_at > {{ as_of() }} then 'in_progress'
            when gitlab_deployments.status = 'success' then 'success'
            when gitlab_deployments.status = 'failed' then 'failure'
            when gitlab_deployments.status in ('canceled', 'skipped') then 'cancelled'
            else 'in_progress'
        end as status,
        coalesce(gitlab_deployments.started_at, gitlab_deployments.created_at)
            as started_at,
        case
            when
                gitlab_deployments.status in ('success', 'failed', 'canceled')
                and gitlab_deployments.ended_at <= {{ as_of() }}
                then gitlab_deployments.ended_at
        end as finished_at,
        gitlab_deployments.commit_sha,
        gitlab_deployments.ref as version,
        null as is_declared_unplanned,
        null as payload_service,
        null as declared_service_id,
        null as declared_rolled_back_deployment_id,
        false as is_declared_rollback
    from gitlab_deployments
    left join gitlab_projects
        on gitlab_deployments.project_id = gitlab_projects.project_id
    left join environments
        on gitlab_deployments.environment = environments.environment
    left join environments as tiers
        on gitlab_deployments.environment_tier = tiers.environment

),

-- An event says that a service now runs in an environment: it ended well.
cdevents_resolved as (

    select
        'cdevents/' || service_events.event_source || '/' || service_events.event_id
            as deployment_id,
        'cdevents' as system,
        service_events.repository,
        coalesce(environments.environment_class, 'other') as environment,
        'success' as status,
        service_events.finished_at as started_at,
        service_events.finished_at,
        service_events.commit_sha,
        service_events.artifact as version,
        null as is_declared_unplanned,
        null as payload_service,
        service_events.service_id as declared_service_id,
        null as declared_rolled_back_deployment_id,
        service_events.kind = 'rolledback' as is_declared_rollback
    from service_events
    left join environments on service_events.environment = environments.environment

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
        'generic' as system,
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
            as declared_rolled_back_deployment_id,
        false as is_declared_rollback
    from generic_deployments
    left join named_repositories
        on generic_deployments.deployment_id = named_repositories.deployment_id
    left join environments
        on generic_deployments.environment = environments.environment

),

unioned as (

    select * from github_resolved
    union all
    select * from gitlab_resolved
    union all
    select * from cdevents_resolved
    union all
    select * from generic_resolved

),

-- An extract of one's own can repeat a deployment that its tool sent: one id, one word.
final as (

    select
        unioned.*,
        {{ preference_of('source_precedence') }} as preference
    from unioned
    left join source_precedence on unioned.system = source_precedence.system
    where {{ counts_at('unioned.started_at', 'source_precedence') }}
    qualify
        {{ preference_of('source_precedence') }}
        = min({{ preference_of('source_precedence') }}) over (
            partition by unioned.deployment_id
        )

)

select * from final
