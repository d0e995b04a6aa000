-- Each time that a tool called a person.
with

log_entries as (

    select * from {{ ref('stg_pagerduty__log_entries') }}

),

notifications as (

    select * from log_entries
    where entry_type = 'notify_log_entry'

),

acknowledgements as (

    select * from log_entries
    where entry_type = 'acknowledge_log_entry'

),

users as (

    select * from {{ ref('stg_pagerduty__users') }}

),

alerts as (

    select * from {{ ref('stg_opsgenie__alerts') }}

),

source_precedence as (

    select * from {{ ref('source_precedence') }}

),

-- The answer of who was called: a colleague's says nothing of their night.
answers as (

    select
        notifications.log_entry_id,
        min(acknowledgements.created_at) as acknowledged_at
    from notifications
    inner join acknowledgements
        on
            notifications.incident_id = acknowledgements.incident_id
            and notifications.notified_user_id = acknowledgements.agent_id
            and notifications.created_at <= acknowledgements.created_at
    group by notifications.log_entry_id

),

unioned as (

    select
        notifications.log_entry_id as page_id,
        'pagerduty' as identity_system,
        notifications.incident_id,
        notifications.notified_user_id as notified_identity,
        users.time_zone,
        notifications.notification_type,
        notifications.created_at as paged_at,
        answers.acknowledged_at
    from notifications
    left join users on notifications.notified_user_id = users.user_id
    left join answers on notifications.log_entry_id = answers.log_entry_id

    union all

    -- The list of alerts does not tell each call: whoever took an alert on was called
    -- once, when it was raised.
    select
        'opsgenie/' || alert_id as page_id,
        'opsgenie' as identity_system,
        'opsgenie/' || incident_id as incident_id,
        notified_username as notified_identity,
        null as time_zone,
        null as notification_type,
        created_at as paged_at,
        acknowledged_at
    from alerts
    where notified_username is not null

),

final as (

    select
        unioned.*,
        {{ preference_of('source_precedence') }} as preference
    from unioned
    left join source_precedence
        on unioned.identity_system = source_precedence.system
    where
        unioned.paged_at <= {{ as_of() }}
        and {{ counts_at('unioned.paged_at', 'source_precedence') }}

)

select * from final
