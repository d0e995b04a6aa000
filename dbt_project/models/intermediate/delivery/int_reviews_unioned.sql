with

pull_requests as (

    select * from {{ ref('int_pull_requests_unioned') }}

),

github as (

    select * from {{ ref('stg_github__reviews') }}

),

generic as (

    select * from {{ ref('stg_generic__reviews') }}

),

final as (

    select
        github.review_id,
        pull_requests.pull_request_id,
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
        generic.review_id,
        pull_requests.pull_request_id,
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
