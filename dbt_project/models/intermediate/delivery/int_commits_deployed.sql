-- Which production deployment of a service first held each commit: walk the ancestry
-- back from every deployed commit and keep the lowest deployment sequence that reaches
-- it. A failed deployment is not in the sequence, so its commits carry to the next
-- success. `using key` keeps one row per service and commit while it walks; a plain
-- union would keep one per path.
-- The linter's grammar has no `using key`, so this one file is parsed by dbt alone.
with recursive -- noqa: PRS

deployments as (

    select * from {{ ref('int_deployments_sequenced') }}
    where environment = 'production'

),

-- What a tool says that a deployment brought, besides the commit that it deployed.
listed as (

    select * from {{ ref('stg_generic__deployment_commits') }}

),

matched_deployments as (

    select * from {{ ref('int_deployments_matched') }}

),

parents as (

    select * from {{ ref('int_commit_parents_unnested') }}

),

brought as (

    select
        service_id,
        repository,
        commit_sha,
        deployment_sequence
    from deployments
    where commit_sha is not null

    union all

    select
        deployments.service_id,
        deployments.repository,
        listed.commit_sha,
        deployments.deployment_sequence
    from listed
    inner join matched_deployments
        on listed.deployment_id = matched_deployments.deployment_id
    inner join deployments
        on matched_deployments.counted_deployment_id = deployments.deployment_id

),

heads as (

    select
        service_id,
        commit_sha,
        min(repository) as repository,
        min(deployment_sequence) as deployment_sequence
    from brought
    group by service_id, commit_sha

),

held using key (service_id, commit_sha) as (

    select
        service_id,
        commit_sha,
        repository,
        deployment_sequence
    from heads

    union

    select
        held.service_id,
        parents.parent_sha as commit_sha,
        held.repository,
        min(held.deployment_sequence) as deployment_sequence
    from held
    inner join parents
        on
            held.repository = parents.repository
            and held.commit_sha = parents.commit_sha
    left join recurring.held as known
        on
            held.service_id = known.service_id
            and parents.parent_sha = known.commit_sha
    where
        known.deployment_sequence is null
        or known.deployment_sequence > held.deployment_sequence
    group by held.service_id, parents.parent_sha, held.repository

),

final as (

    select
        held.service_id,
        held.repository,
        held.commit_sha,
        deployments.deployment_id,
        deployments.deployment_sequence,
        deployments.is_baseline,
        deployments.started_at as deployment_started_at,
        deployments.finished_at as deployed_at
    from held
    inner join deployments
        on
            held.service_id = deployments.service_id
            and held.deployment_sequence = deployments.deployment_sequence

)

select * from final
