with

incidents as (

    select * from {{ ref('stg_pagerduty__incidents') }}
    where created_at <= {{ as_of() }}

),

log_entries as (

    select * from {{ ref('stg_pagerduty__log_entries') }}
    where created_at <= {{ as_of() }}

),

services as (

    select * from {{ ref('int_services_resolved') }}

),

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

milestones as (

    select
        incident_id,
        min(created_at) filter (where entry_type = 'trigger_log_entry') as triggered_at,
        min(created_at) filter (where entry_type = 'acknowledge_log_entry')
            as acknowledged_at,
        max(created_at) filter (where entry_type = 'resolve_log_entry') as resolved_at
    from log_entries
    group by incident_id

),

timed as (

    select
        incidents.*,
        coalesce(milestones.triggered_at, incidents.created_at) as detected_at,
        milestones.acknowledged_at,
        -- Resolved after the as-of date is still open on it.
        case
            when incidents.status = 'resolved'
                then coalesce(
                    milestones.resolved_at,
                    case
                        when incidents.resolved_at <= {{ as_of() }}
                            then incidents.resolved_at
                    end
                )
        end as restored_at
    from incidents
    left join milestones on incidents.incident_id = milestones.incident_id

),

final as (

    select
        timed.incident_id,
        services.service_id,
        owners.team_id,
        timed.severity,
        timed.title,
        timed.created_at as started_at,
        timed.detected_at,
        timed.acknowledged_at,
        timed.restored_at as resolved_at,
        timed.restored_at is null as is_open,
        {{ seconds_between('timed.detected_at', 'timed.restored_at') }}
            as time_to_restore_seconds,
        timed.root_cause,
        timed.caused_by_deployment_id
    from timed
    left join services
        on
            timed.pagerduty_service_id = services.pagerduty_service_id
            and {{ is_valid_at('timed.detected_at', 'services') }}
    left join owners
        on
            services.service_id = owners.service_id
            and {{ is_valid_at('timed.detected_at', 'owners') }}
    qualify row_number() over (
        partition by timed.incident_id order by services.service_id, owners.team_id
    ) = 1

)

select * from final
