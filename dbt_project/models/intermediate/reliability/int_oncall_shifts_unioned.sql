-- Who was on call, and when, by the schedules of every tool.
with

pagerduty as (

    select * from {{ ref('stg_pagerduty__oncalls') }}

),

pagerduty_schedules as (

    select * from {{ ref('stg_pagerduty__schedules') }}

),

opsgenie as (

    select * from {{ ref('stg_opsgenie__oncall_periods') }}

),

incident_io as (

    select * from {{ ref('stg_incident_io__oncall_periods') }}

),

source_precedence as (

    select * from {{ ref('source_precedence') }}

),

unioned as (

    select
        pagerduty.user_id
        || '/' || coalesce(pagerduty.schedule_id, 'no schedule')
        || '/' || pagerduty.escalation_policy_id
        || '/' || pagerduty.escalation_level
        || '/'
        || coalesce(strftime(pagerduty.starts_at, '%Y-%m-%dT%H:%M:%S'), 'permanent')
            as oncall_shift_id,
        'pagerduty' as identity_system,
        pagerduty.user_id as identity,
        pagerduty.schedule_id,
        pagerduty_schedules.schedule_name,
        pagerduty.escalation_policy_id,
        pagerduty.escalation_level,
        pagerduty.starts_at,
        pagerduty.ends_at
    from pagerduty
    left join pagerduty_schedules
        on pagerduty.schedule_id = pagerduty_schedules.schedule_id

    union all

    select
        'opsgenie/' || coalesce(username, user_id)
        || '/' || schedule_id
        || '/' || strftime(starts_at, '%Y-%m-%dT%H:%M:%S') as oncall_shift_id,
        'opsgenie' as identity_system,
        coalesce(username, user_id) as identity,
        schedule_id,
        schedule_name,
        null as escalation_policy_id,
        null as escalation_level,
        starts_at,
        ends_at
    from opsgenie

    union all

    select
        'incident_io/' || user_id
        || '/' || schedule_id
        || '/' || strftime(starts_at, '%Y-%m-%dT%H:%M:%S') as oncall_shift_id,
        'incident_io' as identity_system,
        user_id as identity,
        schedule_id,
        schedule_name,
        null as escalation_policy_id,
        null as escalation_level,
        starts_at,
        ends_at
    from incident_io

),

final as (

    select unioned.*
    from unioned
    left join source_precedence
        on unioned.identity_system = source_precedence.system
    where
        coalesce(unioned.starts_at, timestamp '1900-01-01') <= {{ as_of() }}
        and {{ counts_at('unioned.starts_at', 'source_precedence') }}

)

select * from final
