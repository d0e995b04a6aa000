-- What asked for someone apart from pages: work on incidents, escalations of support,
-- and deployments that they started; on their own clock. An incident counts once for a
-- person and date; commit times are not used.
with

unioned as (

    select * from {{ ref('int_interruptions_unioned') }}

),

tickets as (

    select * from {{ ref('fct_support_tickets') }}
    where
        is_escalated
        and person_id is not null

),

identities as (

    select * from {{ ref('int_identities_mapped') }}

),

people as (

    select * from {{ ref('dim_person') }}

),

matched_incidents as (

    select * from {{ ref('int_incidents_matched') }}

),

identified as (

    select
        unioned.kind,
        unioned.interruption_id,
        coalesce(matched_incidents.counted_incident_id, unioned.incident_id)
            as incident_id,
        identities.person_id,
        unioned.happened_at
    from unioned
    inner join identities
        on
            unioned.identity_system = identities.system
            and lower(unioned.identity) = identities.identity
    left join matched_incidents on unioned.incident_id = matched_incidents.incident_id

    union all

    select
        'escalation' as kind,
        'escalation/' || ticket_id as interruption_id,
        null as incident_id,
        person_id,
        escalated_at as happened_at
    from tickets

),

on_local_clock as (

    select
        identified.*,
        people.time_zone,
        {{ local_time('identified.happened_at', 'people.time_zone') }}
            as local_happened_at
    from identified
    left join people
        on
            identified.person_id = people.person_id
            and {{ is_valid_at('identified.happened_at', 'people') }}
    qualify row_number() over (
        partition by identified.interruption_id order by people.valid_from desc
    ) = 1

),

once as (

    select *
    from on_local_clock
    qualify
        kind != 'incident'
        or row_number() over (
            partition by
                person_id,
                coalesce(incident_id, interruption_id),
                cast(coalesce(local_happened_at, happened_at) as date)
            order by happened_at, interruption_id
        ) = 1

),

final as (

    select
        *,
        isodow(local_happened_at) > 5
        or hour(local_happened_at) < {{ threshold('working_day_start') }}
        or hour(local_happened_at) >= {{ threshold('working_day_end') }}
            as is_after_hours
    from once

)

select * from final
