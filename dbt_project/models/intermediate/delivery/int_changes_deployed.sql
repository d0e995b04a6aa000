with

changes as (

    select * from {{ ref('int_changes_merged') }}

),

change_commits as (

    select * from {{ ref('int_change_commits_collected') }}

),

commits_deployed as (

    select * from {{ ref('int_commits_deployed') }}

),

by_merge_commit as (

    select
        changes.change_id,
        commits_deployed.*,
        'merge_commit' as deployment_link_method,
        1 as preference
    from changes
    inner join commits_deployed
        on
            changes.repository = commits_deployed.repository
            and changes.merge_commit_sha = commits_deployed.commit_sha

),

-- Where the merge commit is unknown, a change is out when the last of its own commits is.
by_own_commits as (

    select
        changes.change_id,
        commits_deployed.*,
        'own_commits' as deployment_link_method,
        2 as preference
    from changes
    inner join change_commits on changes.change_id = change_commits.change_id
    inner join commits_deployed
        on
            change_commits.repository = commits_deployed.repository
            and change_commits.commit_sha = commits_deployed.commit_sha
    qualify row_number() over (
        partition by changes.change_id, commits_deployed.service_id
        order by commits_deployed.deployment_sequence desc, commits_deployed.commit_sha
    ) = 1

),

unioned as (

    select * from by_merge_commit
    union all
    select * from by_own_commits

),

-- The first production deployment that holds the change, over the services of its repository.
final as (

    select
        change_id,
        service_id,
        deployment_id,
        deployment_link_method,
        is_baseline,
        deployed_at
    from unioned
    qualify row_number() over (
        partition by change_id
        order by preference, deployed_at, service_id
    ) = 1

)

select * from final
