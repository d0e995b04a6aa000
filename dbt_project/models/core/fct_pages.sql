with

pages as (

    select * from {{ ref('int_pages_unioned') }}

),

matched_incidents as (

    select * from {{ ref('int_incidents_matched') }}

),

incidents as (

    select * from {{ ref('fct_incidents') }}

),

identities as (

    select * from {{ ref('int_identities_mapped') }}

),

people as (

    select * from {{ ref('dim_person') }}

),

holidays as (

    select * from {{ ref('dim_holiday') }}

),

declared_years as (

    select distinct
        location,
        year(holiday_on) as holiday_year
    from holidays

),

identified as (

    select
        pages.*,
        identities.person_id,
        coalesce(
            identities.person_id,
            pages.identity_system || '/' || lower(pages.notified_identity)
        ) as contributor_key
    from pages
    left join identities
        on
            pages.identity_system = identities.system
            and lower(pages.notified_identity) = identities.identity

),

-- Two tools that call one person within minutes interrupt once.
called as (

    select *
    from identified
    qualify
        contributor_key is null
        or preference = min(preference) over (
            {{ around('paged_at', 'same_page_minutes', ['contributor_key']) }} -- noqa
        )

),

-- The clock of the person at that time: the roster's zone, else the one of the on-call
-- tool.
localised as (

    select
        called.page_id,
        incidents.incident_id,
        incidents.service_id,
        incidents.team_id,
        called.person_id,
        called.contributor_key,
        called.notification_type,
        called.paged_at,
        case
            when called.acknowledged_at <= {{ as_of() }} then called.acknowledged_at
        end as acknowledged_at,
        coalesce(people.time_zone, called.time_zone) as time_zone,
        people.location
    from called
    left join matched_incidents
        on called.incident_id = matched_incidents.incident_id
    left join incidents
        on matched_incidents.counted_incident_id = incidents.incident_id
    left join people
        on
            called.person_id = people.person_id
            and {{ is_valid_at('called.paged_at', 'people') }}
    qualify row_number() over (
        partition by called.page_id order by people.valid_from desc
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
        on_local_clock.page_id,
        on_local_clock.incident_id,
        on_local_clock.service_id,
        on_local_clock.team_id,
        on_local_clock.person_id,
        on_local_clock.contributor_key,
        on_local_clock.notification_type,
        on_local_clock.paged_at,
        on_local_clock.acknowledged_at,
        -- A tool calls again until someone answers: the first call about an incident is
        -- the interruption, and the wait for an answer runs from there.
        row_number() over (
            partition by
                on_local_clock.contributor_key,
                coalesce(on_local_clock.incident_id, on_local_clock.page_id)
            order by on_local_clock.paged_at, on_local_clock.page_id
        ) = 1 as is_first_of_incident,
        {{ seconds_between(
            'on_local_clock.paged_at', 'on_local_clock.acknowledged_at'
        ) }} as time_to_acknowledge_seconds,
        on_local_clock.time_zone,
        on_local_clock.local_paged_at,
        cast(
            coalesce(on_local_clock.local_paged_at, on_local_clock.paged_at) as date
        ) as counted_on,
        hour(on_local_clock.local_paged_at) >= {{ threshold('sleep_hours_start') }}
        or hour(on_local_clock.local_paged_at) < {{ threshold('sleep_hours_end') }}
            as is_in_sleep_hours,
        isodow(on_local_clock.local_paged_at) > 5
        or hour(on_local_clock.local_paged_at) < {{ threshold('working_day_start') }}
        or hour(on_local_clock.local_paged_at) >= {{ threshold('working_day_end') }}
            as is_after_hours,
        isodow(on_local_clock.local_paged_at) > 5 as is_on_weekend,
        -- Where no holiday of a year is declared, nobody knows.
        case
            when declared_years.location is not null
                then holidays.holiday_on is not null
        end as is_on_holiday
    from on_local_clock
    left join holidays
        on
            on_local_clock.location = holidays.location
            and cast(on_local_clock.local_paged_at as date) = holidays.holiday_on
    left join declared_years
        on
            on_local_clock.location = declared_years.location
            and year(on_local_clock.local_paged_at) = declared_years.holiday_year

)

select * from final
