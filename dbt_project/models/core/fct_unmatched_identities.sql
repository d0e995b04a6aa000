-- Who appears in a tool and in no one's identities: their events stay and belong to no
-- person. An identity that two people claim matches neither.
with

changes as (

    select * from {{ ref('int_changes_merged') }}
    where not is_bot

),

reviews as (

    select * from {{ ref('int_reviews_unioned') }}
    where
        submitted_at <= {{ as_of() }}
        and reviewer_type is distinct from 'Bot'

),

pages as (

    select * from {{ ref('int_pages_unioned') }}

),

shifts as (

    select * from {{ ref('int_oncall_shifts_unioned') }}

),

tickets as (

    select * from {{ ref('stg_support__tickets') }}
    where opened_at <= {{ as_of() }}

),

identities as (

    select * from {{ ref('int_identities_mapped') }}

),

bot_patterns as (

    select string_agg(pattern, '|' order by pattern) as pattern
    from {{ ref('bot_patterns') }}

),

seen as (

    select
        'change' as event_kind,
        identity_system,
        author_login as identity,
        merged_at as happened_at
    from changes

    union all

    select
        'review' as event_kind,
        identity_system,
        reviewer_login as identity,
        submitted_at as happened_at
    from reviews

    union all

    select
        'page' as event_kind,
        identity_system,
        notified_identity as identity,
        paged_at as happened_at
    from pages

    union all

    select
        'shift' as event_kind,
        identity_system,
        identity,
        starts_at as happened_at
    from shifts

    union all

    select
        'ticket' as event_kind,
        'support' as identity_system,
        handler_identity as identity,
        opened_at as happened_at
    from tickets

),

unmatched as (

    select
        seen.identity_system,
        lower(seen.identity) as identity,
        count(*) filter (where seen.event_kind = 'change') as n_changes,
        count(*) filter (where seen.event_kind = 'review') as n_reviews,
        count(*) filter (where seen.event_kind = 'page') as n_pages,
        count(*) filter (where seen.event_kind = 'shift') as n_shifts,
        count(*) filter (where seen.event_kind = 'ticket') as n_tickets,
        min(seen.happened_at) as first_seen_at,
        max(seen.happened_at) as last_seen_at
    from seen
    left join identities
        on
            seen.identity_system = identities.system
            and lower(seen.identity) = identities.identity
    where
        seen.identity is not null
        and identities.person_id is null
    group by seen.identity_system, lower(seen.identity)

),

final as (

    select unmatched.*
    from unmatched
    cross join bot_patterns
    where
        not coalesce(regexp_matches(unmatched.identity, bot_patterns.pattern), false)

)

select * from final
