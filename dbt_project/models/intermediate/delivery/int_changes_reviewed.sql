with

changes as (

    select * from {{ ref('int_changes_merged') }}
    where change_kind = 'pull_request'

),

reviews as (

    select * from {{ ref('int_reviews_unioned') }}

),

comments as (

    select * from {{ ref('stg_github__review_comments') }}
    where created_at <= {{ as_of() }}

),

identities as (

    select * from {{ ref('int_identities_mapped') }}

),

bot_patterns as (

    select string_agg(pattern, '|' order by pattern) as pattern
    from {{ ref('bot_patterns') }}

),

-- Asked once per login: there are far more reviews than reviewers.
logins as (

    select distinct lower(reviewer_login) as reviewer_login
    from reviews

),

bots as (

    select logins.reviewer_login
    from logins
    cross join bot_patterns
    where regexp_matches(logins.reviewer_login, bot_patterns.pattern)

),

-- Only what another person said counts: not what the author said, by whichever of their
-- logins and in any case of its letters, and not a bot.
independent as (

    select
        changes.change_id,
        changes.opened_at,
        reviews.review_id,
        reviews.identity_system,
        reviews.reviewer_login,
        reviews.state,
        reviews.submitted_at
    from changes
    inner join reviews
        on changes.change_id = reviews.pull_request_id
    left join bots on lower(reviews.reviewer_login) = bots.reviewer_login
    left join identities as authors
        on
            changes.identity_system = authors.system
            and lower(changes.author_login) = authors.identity
    left join identities as reviewers
        on
            reviews.identity_system = reviewers.system
            and lower(reviews.reviewer_login) = reviewers.identity
    where
        bots.reviewer_login is null
        and lower(reviews.reviewer_login) is distinct from lower(changes.author_login)
        and coalesce(reviewers.person_id != authors.person_id, true)
        and reviews.reviewer_type is distinct from 'Bot'
        and reviews.submitted_at <= {{ as_of() }}

),

comments_of_reviews as (

    select
        review_id,
        count(*) as n_comments
    from comments
    group by review_id

),

-- Only GitHub's comments are collected, and may not be: then nobody knows how many
-- there were.
final as (

    select
        independent.change_id,
        count(*) as n_reviews,
        case
            when
                exists (select 1 from comments)
                and bool_and(independent.identity_system = 'github')
                then coalesce(sum(comments_of_reviews.n_comments), 0)
        end as n_review_comments,
        min(independent.submitted_at) as first_review_at,
        arg_min(
            independent.reviewer_login,
            (independent.submitted_at, independent.review_id)
        ) as first_reviewer_login,
        arg_min(
            independent.identity_system,
            (independent.submitted_at, independent.review_id)
        ) as first_reviewer_identity_system,
        min(independent.submitted_at) filter (where independent.state = 'APPROVED')
            as approved_at
    from independent
    left join comments_of_reviews
        on independent.review_id = comments_of_reviews.review_id
    group by independent.change_id

)

select * from final
