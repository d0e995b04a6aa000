-- Commits as pull requests list them; without a pull request where only the commits
-- have arrived.
with

pull_requests as (

    select * from {{ ref('int_pull_requests_unioned') }}

),

github as (

    select * from {{ ref('stg_github__pull_request_commits') }}

),

generic as (

    select * from {{ ref('stg_generic__pull_request_commits') }}

),

final as (

    select
        pull_requests.pull_request_id,
        github.repository,
        github.commit_sha,
        github.parent_shas,
        github.authored_at,
        github.committed_at
    from github
    left join pull_requests
        on
            github.repository = pull_requests.repository
            and github.pull_request_number = pull_requests.number
            and pull_requests.identity_system = 'github'

    union all

    select
        generic.pull_request_id,
        pull_requests.repository,
        generic.commit_sha,
        null as parent_shas,
        generic.authored_at,
        null as committed_at
    from generic
    inner join pull_requests
        on
            generic.pull_request_id = pull_requests.pull_request_id
            and pull_requests.identity_system = 'generic'

)

select * from final
