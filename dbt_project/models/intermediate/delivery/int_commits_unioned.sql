with

github as (

    select * from {{ ref('stg_github__commits') }}

),

gitlab as (

    select * from {{ ref('stg_gitlab__commits') }}

),

generic as (

    select * from {{ ref('stg_generic__commits') }}

),

pull_requests as (

    select * from {{ ref('int_pull_requests_unioned') }}

),

pull_request_commits as (

    select * from {{ ref('int_pull_request_commits_unioned') }}

),

generic_deployments as (

    select * from {{ ref('stg_generic__deployments') }}

),

source_precedence as (

    select * from {{ ref('source_precedence') }}

),

-- A generic list of commits does not say which branch they are on: what was merged or
-- deployed is surely on the default branch.
on_default_branch as (

    select merge_commit_sha as commit_sha
    from pull_requests
    where merged_at is not null

    union

    select commit_sha
    from generic_deployments

),

unioned as (

    select
        repository,
        commit_sha,
        parent_shas,
        'github' as identity_system,
        author_login,
        author_type,
        message,
        authored_at,
        committed_at,
        true as is_on_default_branch
    from github

    union all

    select
        repository,
        commit_sha,
        parent_shas,
        'gitlab' as identity_system,
        author_email as author_login,
        null as author_type,
        message,
        authored_at,
        committed_at,
        true as is_on_default_branch
    from gitlab

    union all

    select
        generic.repository,
        generic.commit_sha,
        generic.parent_shas,
        'generic' as identity_system,
        generic.author_identity as author_login,
        null as author_type,
        generic.message,
        generic.authored_at,
        generic.committed_at,
        on_default_branch.commit_sha is not null as is_on_default_branch
    from generic
    left join on_default_branch on generic.commit_sha = on_default_branch.commit_sha

    union all

    -- Commits of a squashed or rebased branch never reach the default branch.
    select
        repository,
        commit_sha,
        parent_shas,
        null as identity_system,
        null as author_login,
        null as author_type,
        null as message,
        authored_at,
        committed_at,
        false as is_on_default_branch
    from pull_request_commits

),

final as (

    select unioned.*
    from unioned
    left join source_precedence on unioned.identity_system = source_precedence.system
    qualify row_number() over (
        partition by unioned.repository, unioned.commit_sha
        order by
            unioned.is_on_default_branch desc,
            unioned.parent_shas is null asc,
            {{ counts_at('unioned.committed_at', 'source_precedence') }} desc,
            {{ preference_of('source_precedence') }} asc,
            unioned.authored_at asc,
            unioned.committed_at asc
    ) = 1

)

select * from final
