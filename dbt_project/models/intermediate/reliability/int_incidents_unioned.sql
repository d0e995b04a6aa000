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

opsgenie as (

    select
        *,
        coalesce(started_at, created_at) as began_at
    from {{ ref('stg_opsgenie__incidents') }}
    where created_at <= {{ as_of() }}

),

alerts as (

    select * from {{ ref('stg_opsgenie__alerts') }}

),

incident_io as (

    select
        *,
        -- One that was written down afterwards did not begin then.
        case when incident_mode != 'retrospective' then created_at end as raised_at
    from {{ ref('stg_incident_io__incidents') }}
    where created_at <= {{ as_of() }}

),

production_environments as (

    select environment from {{ ref('environments') }}
    where environment_class = 'production'

),

incident_events as (

    select
        *,
        coalesce(detected_at, reported_at, resolved_at) as began_at
    from {{ ref('stg_cdevents__incidents') }}

),

generic as (

    select * from {{ ref('stg_generic__incidents') }}
    where started_at <= {{ as_of() }}

),

source_precedence as (

    select * from {{ ref('source_precedence') }}

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

answers as (

    select
        incident_id,
        min(acknowledged_at) as acknowledged_at
    from alerts
    where incident_id is not null
    group by incident_id

),

unioned as (

    select
        pagerduty.incident_id,
        'pagerduty' as system,
        'pagerduty' as service_alias_kind,
        pagerduty.pagerduty_service_id as service_alias,
        pagerduty.severity,
        pagerduty.title,
        pagerduty.created_at as started_at,
        coalesce(milestones.triggered_at, pagerduty.created_at) as detected_at,
        milestones.acknowledged_at,
        case
            when pagerduty.status = 'resolved'
                then coalesce(milestones.resolved_at, pagerduty.resolved_at)
        end as resolved_at,
        pagerduty.root_cause,
        pagerduty.caused_by_deployment_id,
        null as caused_by_commit_sha
    from pagerduty
    left join milestones on pagerduty.incident_id = milestones.incident_id

    union all

    select
        'opsgenie/' || opsgenie.incident_id as incident_id,
        'opsgenie' as system,
        'opsgenie' as service_alias_kind,
        opsgenie.opsgenie_service_id as service_alias,
        opsgenie.severity,
        opsgenie.title,
        opsgenie.began_at as started_at,
        coalesce(opsgenie.detected_at, opsgenie.created_at) as detected_at,
        answers.acknowledged_at,
        opsgenie.resolved_at,
        null as root_cause,
        null as caused_by_deployment_id,
        null as caused_by_commit_sha
    from opsgenie
    left join answers on opsgenie.incident_id = answers.incident_id

    union all

    select
        'incident_io/' || incident_id as incident_id,
        'incident_io' as system,
        'catalogue' as service_alias_kind,
        coalesce(service_external_id, service_name) as service_alias,
        severity,
        title,
        coalesce(started_at, detected_at, raised_at) as started_at,
        coalesce(detected_at, raised_at, started_at) as detected_at,
        acknowledged_at,
        resolved_at,
        null as root_cause,
        null as caused_by_deployment_id,
        null as caused_by_commit_sha
    from incident_io

    union all

    select
        'cdevents/'
        || incident_events.incident_source
        || '/'
        || incident_events.incident_id as incident_id,
        'cdevents' as system,
        'catalogue' as service_alias_kind,
        incident_events.service_id as service_alias,
        incident_events.severity,
        null as title,
        incident_events.began_at as started_at,
        incident_events.began_at as detected_at,
        null as acknowledged_at,
        incident_events.resolved_at,
        null as root_cause,
        null as caused_by_deployment_id,
        null as caused_by_commit_sha
    from incident_events
    left join production_environments
        on incident_events.environment = production_environments.environment
    where
        incident_events.began_at <= {{ as_of() }}
        and (
            incident_events.environment is null
            or production_environments.environment is not null
        )

    union all

    select
        incident_id,
        'generic' as system,
        'catalogue' as service_alias_kind,
        service_id as service_alias,
        severity,
        title,
        started_at,
        coalesce(detected_at, started_at) as detected_at,
        acknowledged_at,
        resolved_at,
        root_cause,
        caused_by_deployment_id,
        caused_by_commit_sha
    from generic

),

-- What was acknowledged or resolved after the as-of date is still waiting on it. An
-- extract of one's own can repeat an incident that its tool sent: one id, one word.
final as (

    select
        unioned.incident_id,
        unioned.system,
        unioned.service_alias_kind,
        unioned.service_alias,
        unioned.severity,
        unioned.title,
        unioned.started_at,
        unioned.detected_at,
        case
            when unioned.acknowledged_at <= {{ as_of() }} then unioned.acknowledged_at
        end as acknowledged_at,
        case when unioned.resolved_at <= {{ as_of() }} then unioned.resolved_at end
            as resolved_at,
        unioned.root_cause,
        unioned.caused_by_deployment_id,
        unioned.caused_by_commit_sha,
        {{ preference_of('source_precedence') }} as preference
    from unioned
    left join source_precedence on unioned.system = source_precedence.system
    where {{ counts_at('unioned.detected_at', 'source_precedence') }}
    qualify
        {{ preference_of('source_precedence') }}
        = min({{ preference_of('source_precedence') }}) over (
            partition by unioned.incident_id
        )

)

select * from final
