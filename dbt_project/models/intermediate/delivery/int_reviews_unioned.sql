with

pull_requests as (

    select * from {{ ref('int_pull_requests_unioned') }}

),

github as (

    select * from {{ ref('stg_github__reviews') }}

),

gitlab as (

    select * from {{ ref('stg_gitlab__merge_request_notes') }}

),

generic as (

    select * from {{ ref('stg_generic__reviews') }}

),

gitlab_projects as (

    select * from {{ ref('int_gitlab_projects_named') }}

),

-- Each tool names the pull request in its own way. What is said of one that does not
-- count, because another tool told of it first, does not count either.
final as (

    select
        github.review_id,
        pull_requests.pull_request_id,
        'github' as identity_system,
        github.reviewer_login,
        github.reviewer_type,
        github.state,
        github.submitted_at
    from github
    inner join pull_requests
        on
            github.repository = pull_requests.repository
            and github.pull_request_number = pull_requests.number
            and pull_requests.identity_system = 'github'

    union all

    select
        'gitlab/' || gitlab.note_id as review_id,
        pull_requests.pull_request_id,
        'gitlab' as identity_system,
        gitlab.reviewer_username as reviewer_login,
        null as reviewer_type,
        upper(gitlab.state) as state,
        gitlab.submitted_at
    from gitlab
    left join gitlab_projects on gitlab.project_id = gitlab_projects.project_id
    inner join pull_requests
        on
            coalesce(gitlab.repository, gitlab_projects.repository)
            = pull_requests.repository
            and gitlab.merge_request_number = pull_requests.number
            and pull_requests.identity_system = 'gitlab'

    union all

    select
        generic.review_id,
        pull_requests.pull_request_id,
        'generic' as identity_system,
        generic.reviewer_identity as reviewer_login,
        null as reviewer_type,
        generic.state,
        generic.submitted_at
    from generic
    inner join pull_requests
        on
            generic.pull_request_id = pull_requests.pull_request_id
            and pull_requests.identity_system = 'generic'

)

select * from final
