-- Pull requests of every tool. Ids are those of the tool that a generic extract, or
-- GitHub, gave them.
with

github as (

    select * from {{ ref('stg_github__pull_requests') }}

),

generic as (

    select * from {{ ref('stg_generic__pull_requests') }}

),

final as (

    select
        pull_request_id,
        'github' as identity_system,
        repository,
        number,
        author_login,
        author_type,
        title,
        labels,
        head_branch,
        base_branch,
        default_branch,
        merge_commit_sha,
        head_sha,
        n_additions,
        n_deletions,
        created_at,
        -- REST does not say when a draft became ready.
        cast(null as timestamp) as ready_at,
        merged_at
    from github

    union all

    select
        pull_request_id,
        'generic' as identity_system,
        repository,
        number,
        author_identity as author_login,
        author_type,
        title,
        labels,
        head_branch,
        base_branch,
        null as default_branch,
        merge_commit_sha,
        null as head_sha,
        n_additions,
        n_deletions,
        created_at,
        ready_at,
        merged_at
    from generic

)

select * from final
