-- The first-parent line of the default branch: what was merged or pushed to it, without
-- the commits that merges brought along. It starts from what is surely on it (merges
-- and deployed commits) and from the newest commit.
with recursive

pull_requests as (

    select * from {{ ref('int_pull_requests_unioned') }}
    where
        merged_at is not null
        and coalesce(base_branch = default_branch, true)

),

commits as (

    select * from {{ ref('int_commits_unioned') }}
    where is_on_default_branch

),

first_parents as (

    select * from {{ ref('int_commit_parents_unnested') }}
    where parent_position = 1

),

starts as (

    select
        commits.repository,
        commits.commit_sha
    from commits
    inner join pull_requests
        on
            commits.repository = pull_requests.repository
            and commits.commit_sha = pull_requests.merge_commit_sha

    union

    select
        repository,
        max_by(commit_sha, (committed_at, commit_sha)) as commit_sha
    from commits
    group by repository

),

mainline as (

    select
        repository,
        commit_sha
    from starts

    union

    select
        first_parents.repository,
        first_parents.parent_sha as commit_sha
    from mainline
    inner join first_parents
        on
            mainline.repository = first_parents.repository
            and mainline.commit_sha = first_parents.commit_sha

),

final as (

    select
        repository,
        commit_sha
    from mainline

)

select * from final
