with

changes as (

    select * from {{ ref('int_changes_merged') }}
    where change_kind = 'pull_request'

),

reviews as (

    select * from {{ ref('int_reviews_unioned') }}

),

bot_patterns as (

    select string_agg(pattern, '|' order by pattern) as pattern
    from {{ ref('bot_patterns') }}

),

-- Only what another person said counts: not the author's own comments, not a bot's.
independent as (

    select
        changes.change_id,
        changes.opened_at,
        reviews.state,
        reviews.submitted_at
    from changes
    inner join reviews
        on changes.change_id = reviews.pull_request_id
    cross join bot_patterns
    where
        reviews.reviewer_login is distinct from changes.author_login
        and reviews.reviewer_type is distinct from 'Bot'
        and not coalesce(
            regexp_matches(lower(reviews.reviewer_login), bot_patterns.pattern), false
        )
        and reviews.submitted_at <= {{ as_of() }}

),

final as (

    select
        change_id,
        count(*) as n_reviews,
        min(submitted_at) as first_review_at,
        min(submitted_at) filter (where state = 'APPROVED') as approved_at
    from independent
    group by change_id

)

select * from final
