-- Pull requests of every tool. Two tools can tell of one: a copy has its id, an
-- imported one its merge commit. Then the word of the tool that comes first counts.
with

github as (

    select * from {{ ref('stg_github__pull_requests') }}

),

gitlab as (

    select * from {{ ref('stg_gitlab__merge_requests') }}

),

generic as (

    select * from {{ ref('stg_generic__pull_requests') }}

),

source_precedence as (

    select * from {{ ref('source_precedence') }}

),

unioned as (

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
        'gitlab/' || merge_request_id as pull_request_id,
        'gitlab' as identity_system,
        repository,
        number,
        author_username as author_login,
        null as author_type,
        title,
        labels,
        head_branch,
        base_branch,
        null as default_branch,
        -- Without a merge commit, what was squashed or fast-forwarded landed itself.
        coalesce(merge_commit_sha, squash_commit_sha, head_sha) as merge_commit_sha,
        head_sha,
        null as n_additions,
        null as n_deletions,
        created_at,
        null as ready_at,
        merged_at
    from gitlab

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

),

-- Where a tool does not name the default branch, it is the one that most was merged to.
targets as (

    select
        identity_system,
        repository,
        base_branch,
        count(*) as n_merged
    from unioned
    where
        merged_at <= {{ as_of() }}
        and base_branch is not null
    group by identity_system, repository, base_branch

),

usual_targets as (

    select
        identity_system,
        repository,
        arg_max(base_branch, (n_merged, base_branch in ('main', 'master'), base_branch))
            as base_branch
    from targets
    group by identity_system, repository

),

counted as (

    select
        unioned.* exclude (default_branch),
        -- A branch that was renamed from one usual name to the other stays the default.
        case
            when unioned.default_branch is not null then unioned.default_branch
            when
                usual_targets.base_branch in ('main', 'master')
                and unioned.base_branch in ('main', 'master')
                then unioned.base_branch
            else usual_targets.base_branch
        end as default_branch,
        {{ preference_of('source_precedence') }} as preference
    from unioned
    left join usual_targets
        on
            unioned.identity_system = usual_targets.identity_system
            and unioned.repository = usual_targets.repository
    left join source_precedence
        on unioned.identity_system = source_precedence.system
    where
        {{ counts_at(
            'coalesce(unioned.merged_at, unioned.created_at)', 'source_precedence'
        ) }}

),

final as (

    select
        pull_request_id,
        identity_system,
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
        ready_at,
        merged_at
    from counted
    qualify
        preference = min(preference) over (partition by pull_request_id)
        and (
            merged_at is null
            or merge_commit_sha is null
            or preference = min(preference) over (
                partition by merge_commit_sha, merged_at is null
            )
        )

)

select * from final
