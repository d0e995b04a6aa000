with

incidents as (

    select * from {{ ref('int_incidents_unioned') }}

),

services as (

    select * from {{ ref('int_services_resolved') }}

),

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

final as (

    select
        incidents.incident_id,
        services.service_id,
        owners.team_id,
        incidents.severity,
        incidents.title,
        incidents.started_at,
        incidents.detected_at,
        incidents.acknowledged_at,
        incidents.resolved_at,
        incidents.resolved_at is null as is_open,
        {{ seconds_between('incidents.detected_at', 'incidents.resolved_at') }}
            as time_to_restore_seconds,
        incidents.root_cause,
        incidents.caused_by_deployment_id,
        incidents.caused_by_commit_sha
    from incidents
    left join services
        on
            (
                incidents.pagerduty_service_id = services.pagerduty_service_id
                or incidents.declared_service_id = services.service_id
            )
            and {{ is_valid_at('incidents.detected_at', 'services') }}
    left join owners
        on
            services.service_id = owners.service_id
            and {{ is_valid_at('incidents.detected_at', 'owners') }}
    qualify row_number() over (
        partition by incidents.incident_id order by services.service_id, owners.team_id
    ) = 1

)

select * from final
