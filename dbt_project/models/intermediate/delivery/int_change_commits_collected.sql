-- The commits of each merged pull request: as the source lists them, and where it lists
-- none, what its merge commit brought along (walked back until the mainline is met).
with recursive

pull_requests as (

    select * from {{ ref('int_pull_requests_unioned') }}
    where merged_at is not null

),

listed as (

    select * from {{ ref('int_pull_request_commits_unioned') }}

),

parents as (

    select * from {{ ref('int_commit_parents_unnested') }}

),

mainline as (

    select * from {{ ref('int_commits_on_mainline') }}

),

branch_parents as (

    select parents.*
    from parents
    left join mainline
        on
            parents.repository = mainline.repository
            and parents.parent_sha = mainline.commit_sha
    where mainline.commit_sha is null

),

walked as (

    select
        pull_requests.pull_request_id,
        branch_parents.repository,
        branch_parents.parent_sha as commit_sha
    from pull_requests
    inner join branch_parents
        on
            pull_requests.repository = branch_parents.repository
            and pull_requests.merge_commit_sha = branch_parents.commit_sha
            and branch_parents.parent_position > 1

    union

    select
        walked.pull_request_id,
        branch_parents.repository,
        branch_parents.parent_sha as commit_sha
    from walked
    inner join branch_parents
        on
            walked.repository = branch_parents.repository
            and walked.commit_sha = branch_parents.commit_sha

),

final as (

    select
        pull_requests.pull_request_id as change_id,
        listed.repository,
        listed.commit_sha
    from listed
    inner join pull_requests
        on listed.pull_request_id = pull_requests.pull_request_id

    union

    select
        pull_request_id as change_id,
        repository,
        commit_sha
    from walked

    union

    select
        pull_request_id as change_id,
        repository,
        head_sha as commit_sha
    from pull_requests
    where head_sha is not null

)

select * from final
