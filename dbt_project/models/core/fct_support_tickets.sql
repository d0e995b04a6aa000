with

tickets as (

    select
        * exclude (escalated_at, resolved_at),
        -- What happened after the as-of date had not happened on it.
        case when escalated_at <= {{ as_of() }} then escalated_at end as escalated_at,
        case when resolved_at <= {{ as_of() }} then resolved_at end as resolved_at
    from {{ ref('stg_support__tickets') }}
    where opened_at <= {{ as_of() }}

),

services as (

    select * from {{ ref('dim_service') }}

),

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

clocks as (

    select * from {{ ref('bridge_service_clocks') }}

),

identities as (

    select * from {{ ref('int_identities_mapped') }}
    where system = 'support'

),

people as (

    select * from {{ ref('dim_person') }}

),

-- On the clock of the engineer who was asked, when they were asked.
joined as (

    select
        tickets.ticket_id,
        services.service_id,
        owners.team_id,
        identities.person_id,
        coalesce(identities.person_id, 'support/' || lower(tickets.handler_identity))
            as contributor_key,
        tickets.opened_at,
        {{ counted_on('tickets.opened_at', 'clocks') }} as counted_on,
        tickets.escalated_at,
        tickets.resolved_at,
        people.time_zone,
        {{ local_time('tickets.escalated_at', 'people.time_zone') }}
            as local_escalated_at
    from tickets
    left join services
        on
            tickets.service_id = services.service_id
            and {{ is_valid_at('tickets.opened_at', 'services') }}
    left join owners
        on
            services.service_id = owners.service_id
            and {{ is_valid_at('tickets.opened_at', 'owners') }}
    left join clocks
        on
            services.service_id = clocks.service_id
            and {{ is_valid_at('tickets.opened_at', 'clocks') }}
    left join identities on lower(tickets.handler_identity) = identities.identity
    left join people
        on
            identities.person_id = people.person_id
            and {{ is_valid_at('tickets.escalated_at', 'people') }}
    qualify row_number() over (
        partition by tickets.ticket_id
        order by owners.team_id asc, clocks.team_id asc, people.valid_from desc
    ) = 1

),

final as (

    select
        *,
        escalated_at is not null as is_escalated,
        isodow(local_escalated_at) > 5
        or hour(local_escalated_at) < {{ threshold('working_day_start') }}
        or hour(local_escalated_at) >= {{ threshold('working_day_end') }}
            as is_escalated_after_hours,
        resolved_at is null as is_open,
        {{ seconds_between('opened_at', 'escalated_at') }} as time_to_escalate_seconds,
        {{ seconds_between('opened_at', 'resolved_at') }} as time_to_resolve_seconds
    from joined

)

select * from final
