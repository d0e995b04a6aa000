with

oncalls as (

    select * from {{ ref('stg_pagerduty__oncalls') }}

),

identities as (

    select * from {{ ref('int_identities_mapped') }}
    where system = 'pagerduty'

),

-- A shift without start and end is permanent: always on call. It counts as coverage and
-- is kept out of hours on call, which would otherwise be all hours there are.
final as (

    select
        oncalls.user_id
        || '/' || coalesce(oncalls.schedule_id, 'no schedule')
        || '/' || oncalls.escalation_policy_id
        || '/' || oncalls.escalation_level
        || '/'
        || coalesce(strftime(oncalls.starts_at, '%Y-%m-%dT%H:%M:%S'), 'permanent')
            as oncall_shift_id,
        identities.person_id,
        coalesce(identities.person_id, 'pagerduty/' || lower(oncalls.user_id))
            as contributor_key,
        oncalls.schedule_id,
        oncalls.escalation_policy_id,
        oncalls.escalation_level,
        oncalls.starts_at,
        oncalls.ends_at,
        oncalls.starts_at is null and oncalls.ends_at is null as is_permanent
    from oncalls
    left join identities on lower(oncalls.user_id) = identities.identity
    where coalesce(oncalls.starts_at, timestamp '1900-01-01') <= {{ as_of() }}

)

select * from final
