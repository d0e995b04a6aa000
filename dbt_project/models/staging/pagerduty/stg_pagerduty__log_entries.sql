with

source as (

    select * from {{ source('pagerduty', 'log_entries') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as log_entry_id,
        record ->> '$.incident.id' as incident_id,
        record ->> '$.service.id' as pagerduty_service_id,

        ---------- people
        record ->> '$.agent.id' as agent_id,
        record ->> '$.agent.type' as agent_type,
        record ->> '$.user.id' as notified_user_id,

        ---------- attributes
        record ->> '$.type' as entry_type,
        record ->> '$.channel.notification.type' as notification_type,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['log_entry_id'], 'created_at') }}

)

select * from final
