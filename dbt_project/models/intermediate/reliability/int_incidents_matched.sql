-- Incidents with their service, and the one that counts where several tools noticed the
-- same outage of a service within minutes.
with

incidents as (

    select * from {{ ref('int_incidents_unioned') }}

),

aliases as (

    select * from {{ ref('int_service_aliases') }}

),

served as (

    select
        incidents.*,
        aliases.service_id
    from incidents
    left join aliases
        on
            incidents.service_alias_kind = aliases.alias_kind
            and incidents.service_alias = aliases.service_alias
            and {{ is_valid_at('incidents.detected_at', 'aliases') }}
    qualify row_number() over (
        partition by incidents.incident_id order by aliases.service_id
    ) = 1

),

nearest as (

    select
        incident_id,
        system,
        service_alias_kind,
        service_alias,
        severity,
        title,
        started_at,
        detected_at,
        acknowledged_at,
        resolved_at,
        root_cause,
        caused_by_deployment_id,
        caused_by_commit_sha,
        service_id,
        preference,
        case
            when service_id is not null and min(preference) over nearby < preference
                then
                    arg_min(incident_id, (preference, detected_at, incident_id))
                        over nearby
            else incident_id
        end as nearest_incident_id
    from served
    window
        nearby as (
            {{ around('detected_at', 'same_incident_minutes', ['service_id']) }} -- noqa
        )

),

-- What is nearest may itself repeat another.
final as (

    select
        nearest.incident_id,
        nearest.system,
        nearest.service_alias_kind,
        nearest.service_alias,
        nearest.severity,
        nearest.title,
        nearest.started_at,
        nearest.detected_at,
        nearest.acknowledged_at,
        nearest.resolved_at,
        nearest.root_cause,
        nearest.caused_by_deployment_id,
        nearest.caused_by_commit_sha,
        nearest.service_id,
        nearest.preference,
        further.nearest_incident_id as counted_incident_id
    from nearest
    inner join nearest as further on nearest.nearest_incident_id = further.incident_id

)

select * from final
