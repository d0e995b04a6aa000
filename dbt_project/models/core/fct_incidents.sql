with

incidents as (

    select * from {{ ref('int_incidents_matched') }}

),

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

clocks as (

    select * from {{ ref('bridge_service_clocks') }}

),

-- What a second tool knows of the same outage fills what the first one does not.
repeats as (

    select
        counted_incident_id,
        arg_min(root_cause, (preference, incident_id)) as root_cause,
        arg_min(acknowledged_at, (preference, incident_id)) as acknowledged_at,
        arg_min(caused_by_deployment_id, (preference, incident_id))
            as caused_by_deployment_id,
        arg_min(caused_by_commit_sha, (preference, incident_id)) as caused_by_commit_sha
    from incidents
    where counted_incident_id != incident_id
    group by counted_incident_id

),

final as (

    select
        incidents.incident_id,
        incidents.service_id,
        owners.team_id,
        incidents.severity,
        incidents.title,
        incidents.started_at,
        incidents.detected_at,
        {{ counted_on('incidents.detected_at', 'clocks') }} as counted_on,
        coalesce(incidents.acknowledged_at, repeats.acknowledged_at) as acknowledged_at,
        incidents.resolved_at,
        incidents.resolved_at is null as is_open,
        {{ seconds_between('incidents.detected_at', 'incidents.resolved_at') }}
            as time_to_restore_seconds,
        coalesce(incidents.root_cause, repeats.root_cause) as root_cause,
        coalesce(incidents.caused_by_deployment_id, repeats.caused_by_deployment_id)
            as caused_by_deployment_id,
        coalesce(incidents.caused_by_commit_sha, repeats.caused_by_commit_sha)
            as caused_by_commit_sha
    from incidents
    left join repeats on incidents.incident_id = repeats.counted_incident_id
    left join owners
        on
            incidents.service_id = owners.service_id
            and {{ is_valid_at('incidents.detected_at', 'owners') }}
    left join clocks
        on
            incidents.service_id = clocks.service_id
            and {{ is_valid_at('incidents.detected_at', 'clocks') }}
    where incidents.counted_incident_id = incidents.incident_id
    qualify row_number() over (
        partition by incidents.incident_id order by owners.team_id, clocks.team_id
    ) = 1

)

select * from final
