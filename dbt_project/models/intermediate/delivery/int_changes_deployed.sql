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

services as (

    select distinct
        service_id,
        service_name,
        repository
    from {{ ref('int_services_resolved') }}

),

-- In a repository with several services, a label such as `service:checkout` says which
-- ones a change is for; without one, any of them may deploy it.
labelled_services as (

    select distinct
        changes.change_id,
        services.service_id
    from changes
    inner join services
        on
            changes.repository = services.repository
            and (
                list_contains(changes.labels, 'service:' || services.service_id)
                or list_contains(changes.labels, 'service:' || services.service_name)
            )

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

-- A service that moved to another repository took its commits along.
by_moved_commit as (

    select
        changes.change_id,
        commits_deployed.*,
        'merge_commit' as deployment_link_method,
        2 as preference
    from changes
    inner join commits_deployed
        on
            changes.merge_commit_sha = commits_deployed.commit_sha
            and changes.repository != commits_deployed.repository
    inner join services
        on
            changes.repository = services.repository
            and commits_deployed.service_id = services.service_id

),

known_commits as (

    select
        change_id,
        count(distinct commit_sha) as n_commits
    from change_commits
    group by change_id

),

-- A branch can be deployed before it is merged: a change is out when the last of its
-- own commits is. Where only some of them are, the merge commit knows more.
by_own_commits as (

    select
        changes.change_id,
        commits_deployed.*,
        'own_commits' as deployment_link_method,
        case
            when
                count(*) over (
                    partition by changes.change_id, commits_deployed.service_id
                ) = known_commits.n_commits
                then 1
            else 3
        end as preference
    from changes
    inner join change_commits on changes.change_id = change_commits.change_id
    inner join commits_deployed
        on
            change_commits.repository = commits_deployed.repository
            and change_commits.commit_sha = commits_deployed.commit_sha
    inner join known_commits on changes.change_id = known_commits.change_id
    qualify row_number() over (
        partition by changes.change_id, commits_deployed.service_id
        order by
            commits_deployed.deployment_sequence desc,
            commits_deployed.commit_sha asc
    ) = 1

),

unioned as (

    select * from by_merge_commit
    union all
    select * from by_moved_commit
    union all
    select * from by_own_commits

),

of_its_services as (

    select unioned.*
    from unioned
    left join labelled_services
        on
            unioned.change_id = labelled_services.change_id
            and unioned.service_id = labelled_services.service_id
    where
        labelled_services.service_id is not null
        or unioned.change_id not in (
            select labelled.change_id from labelled_services as labelled
        )

),

-- The first production deployment that holds the change, over the services of its
-- repository.
final as (

    select
        change_id,
        service_id,
        deployment_id,
        deployment_link_method,
        is_baseline,
        deployed_at
    from of_its_services
    qualify row_number() over (
        partition by change_id
        order by preference, deployed_at, deployment_link_method, service_id
    ) = 1

)

select * from final
