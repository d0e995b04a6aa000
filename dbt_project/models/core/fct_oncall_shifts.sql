with

shifts as (

    select * from {{ ref('int_oncall_shifts_unioned') }}

),

identities as (

    select * from {{ ref('int_identities_mapped') }}

),

-- A shift without start and end is permanent: always on call. It counts as coverage and
-- is kept out of hours on call, which would otherwise be all hours there are.
final as (

    select
        shifts.oncall_shift_id,
        identities.person_id,
        coalesce(
            identities.person_id,
            shifts.identity_system || '/' || lower(shifts.identity)
        ) as contributor_key,
        shifts.schedule_id,
        shifts.schedule_name,
        shifts.escalation_policy_id,
        shifts.escalation_level,
        shifts.starts_at,
        shifts.ends_at,
        shifts.starts_at is null and shifts.ends_at is null as is_permanent
    from shifts
    left join identities
        on
            shifts.identity_system = identities.system
            and lower(shifts.identity) = identities.identity

)

select * from final
