with

pull_requests as (

    select * from {{ ref('int_pull_requests_unioned') }}
    where
        merged_at is not null
        and merged_at <= {{ as_of() }}
        and coalesce(base_branch = default_branch, true)

),

commits as (

    select * from {{ ref('int_commits_unioned') }}

),

mainline as (

    select * from {{ ref('int_commits_on_mainline') }}

),

change_commits as (

    select * from {{ ref('int_change_commits_collected') }}

),

source_precedence as (

    select * from {{ ref('source_precedence') }}

),

bot_patterns as (

    select string_agg(pattern, '|' order by pattern) as pattern
    from {{ ref('bot_patterns') }}

),

own_commits as (

    select
        change_commits.change_id,
        change_commits.repository,
        change_commits.commit_sha,
        commits.authored_at
    from change_commits
    inner join commits
        on
            change_commits.repository = commits.repository
            and change_commits.commit_sha = commits.commit_sha

),

first_commits as (

    select
        change_id,
        min(authored_at) as first_commit_at
    from own_commits
    group by change_id

),

merge_commits as (

    select
        repository,
        commit_sha,
        authored_at,
        message
    from commits

),

pull_request_changes as (

    select
        pull_requests.pull_request_id as change_id,
        'pull_request' as change_kind,
        pull_requests.repository,
        pull_requests.number,
        pull_requests.identity_system,
        pull_requests.author_login,
        pull_requests.author_type,
        pull_requests.title,
        pull_requests.head_branch,
        pull_requests.merge_commit_sha,
        pull_requests.head_sha,
        pull_requests.labels,
        pull_requests.n_additions,
        pull_requests.n_deletions,
        merge_commits.message,
        -- A squash keeps the author date of the branch where the branch itself is
        -- unknown.
        coalesce(first_commits.first_commit_at, merge_commits.authored_at)
            as first_commit_at,
        pull_requests.created_at as opened_at,
        pull_requests.ready_at,
        pull_requests.merged_at
    from pull_requests
    left join first_commits on pull_requests.pull_request_id = first_commits.change_id
    left join merge_commits
        on
            pull_requests.repository = merge_commits.repository
            and pull_requests.merge_commit_sha = merge_commits.commit_sha

),

-- A rebase merge puts copies of the branch's commits on the mainline: same author date,
-- new sha. They belong to the pull request, as long as that is a change itself: what
-- was taken over from a release branch is one of its own.
rebased_copies as (

    select distinct
        own_commits.repository,
        own_commits.authored_at
    from own_commits
    inner join pull_requests on own_commits.change_id = pull_requests.pull_request_id

),

-- A commit is one change in however many repositories it lies.
pushed_commits as (

    select commits.*
    from mainline
    inner join commits
        on
            mainline.repository = commits.repository
            and mainline.commit_sha = commits.commit_sha
    left join pull_requests on commits.commit_sha = pull_requests.merge_commit_sha
    left join source_precedence on commits.identity_system = source_precedence.system
    left join rebased_copies
        on
            commits.repository = rebased_copies.repository
            and commits.authored_at = rebased_copies.authored_at
    where
        pull_requests.pull_request_id is null
        and rebased_copies.repository is null
        and len(commits.parent_shas) = 1
        and commits.committed_at <= {{ as_of() }}
        and {{ counts_at('commits.committed_at', 'source_precedence') }}
    qualify
        {{ preference_of('source_precedence') }}
        = min({{ preference_of('source_precedence') }}) over (
            partition by commits.commit_sha
        )

),

commit_changes as (

    select
        repository || '@' || commit_sha as change_id,
        'commit' as change_kind,
        repository,
        null as number,
        identity_system,
        author_login,
        author_type,
        split_part(message, chr(10), 1) as title,
        null as head_branch,
        commit_sha as merge_commit_sha,
        commit_sha as head_sha,
        null as labels,
        null as n_additions,
        null as n_deletions,
        message,
        authored_at as first_commit_at,
        null as opened_at,
        null as ready_at,
        committed_at as merged_at
    from pushed_commits

),

unioned as (

    select * from pull_request_changes
    union all
    select * from commit_changes

),

-- Asked once per login: there are far more changes than authors.
logins as (

    select distinct lower(author_login) as author_login
    from unioned

),

bots as (

    select logins.author_login
    from logins
    cross join bot_patterns
    where regexp_matches(logins.author_login, bot_patterns.pattern)

),

final as (

    select
        unioned.*,
        coalesce(unioned.author_type = 'Bot', false)
        or bots.author_login is not null as is_bot
    from unioned
    left join bots on lower(unioned.author_login) = bots.author_login

)

select * from final
