with

log_entries as (

    select * from {{ ref('stg_pagerduty__log_entries') }}
    where
        entry_type = 'notify_log_entry'
        and created_at <= {{ as_of() }}

),

incidents as (

    select * from {{ ref('fct_incidents') }}

),

users as (

    select * from {{ ref('stg_pagerduty__users') }}

),

identities as (

    select * from {{ ref('int_identities_mapped') }}
    where system = 'pagerduty'

),

people as (

    select * from {{ ref('dim_person') }}

),

-- The clock of the person at that time: the roster's zone, else the one of the on-call tool.
localised as (

    select
        log_entries.log_entry_id as page_id,
        log_entries.incident_id,
        incidents.service_id,
        incidents.team_id,
        identities.person_id,
        coalesce(identities.person_id, 'pagerduty/' || lower(log_entries.notified_user_id))
            as contributor_key,
        log_entries.notification_type,
        log_entries.created_at as paged_at,
        coalesce(people.time_zone, users.time_zone) as time_zone
    from log_entries
    left join incidents on log_entries.incident_id = incidents.incident_id
    left join identities on lower(log_entries.notified_user_id) = identities.identity
    left join users on log_entries.notified_user_id = users.user_id
    left join people
        on
            identities.person_id = people.person_id
            and {{ is_valid_at('log_entries.created_at', 'people') }}
    qualify row_number() over (
        partition by log_entries.log_entry_id order by people.valid_from desc
    ) = 1

),

on_local_clock as (

    select
        *,
        {{ local_time('paged_at', 'time_zone') }} as local_paged_at
    from localised

),

final as (

    select
        *,
        hour(local_paged_at) >= {{ threshold('sleep_hours_start') }}
        or hour(local_paged_at) < {{ threshold('sleep_hours_end') }} as is_in_sleep_hours,
        isodow(local_paged_at) > 5
        or hour(local_paged_at) < {{ threshold('working_day_start') }}
        or hour(local_paged_at) >= {{ threshold('working_day_end') }} as is_after_hours,
        isodow(local_paged_at) > 5 as is_on_weekend
    from on_local_clock

)

select * from final
