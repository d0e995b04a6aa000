-- Incidents of every tool, as they stood on the as-of date.
with

pagerduty as (

    select * from {{ ref('stg_pagerduty__incidents') }}
    where created_at <= {{ as_of() }}

),

log_entries as (

    select * from {{ ref('stg_pagerduty__log_entries') }}
    where created_at <= {{ as_of() }}

),

generic as (

    select * from {{ ref('stg_generic__incidents') }}
    where started_at <= {{ as_of() }}

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

-- Resolved after the as-of date is still open on it.
final as (

    select
        pagerduty.incident_id,
        pagerduty.pagerduty_service_id,
        null as declared_service_id,
        pagerduty.severity,
        pagerduty.title,
        pagerduty.created_at as started_at,
        coalesce(milestones.triggered_at, pagerduty.created_at) as detected_at,
        milestones.acknowledged_at,
        case
            when pagerduty.status = 'resolved'
                then coalesce(
                    milestones.resolved_at,
                    case
                        when pagerduty.resolved_at <= {{ as_of() }}
                            then pagerduty.resolved_at
                    end
                )
        end as resolved_at,
        pagerduty.root_cause,
        pagerduty.caused_by_deployment_id,
        null as caused_by_commit_sha
    from pagerduty
    left join milestones on pagerduty.incident_id = milestones.incident_id

    union all

    select
        incident_id,
        null as pagerduty_service_id,
        service_id as declared_service_id,
        severity,
        title,
        started_at,
        coalesce(detected_at, started_at) as detected_at,
        case when acknowledged_at <= {{ as_of() }} then acknowledged_at end
            as acknowledged_at,
        case when resolved_at <= {{ as_of() }} then resolved_at end as resolved_at,
        root_cause,
        caused_by_deployment_id,
        caused_by_commit_sha
    from generic

)

select * from final
