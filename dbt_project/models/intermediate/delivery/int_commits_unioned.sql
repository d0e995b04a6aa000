with

commits as (

    select * from {{ ref('stg_github__commits') }}

),

pull_request_commits as (

    select * from {{ ref('stg_github__pull_request_commits') }}

),

unioned as (

    select
        repository,
        commit_sha,
        parent_shas,
        author_login,
        author_type,
        message,
        authored_at,
        committed_at,
        true as is_on_default_branch
    from commits

    union all

    -- Commits of a squashed or rebased branch never reach the default branch.
    select
        repository,
        commit_sha,
        parent_shas,
        null as author_login,
        null as author_type,
        null as message,
        authored_at,
        committed_at,
        false as is_on_default_branch
    from pull_request_commits

),

final as (

    select * from unioned
    qualify row_number() over (
        partition by repository, commit_sha
        order by is_on_default_branch desc, parent_shas is null asc, authored_at asc
    ) = 1

)

select * from final
