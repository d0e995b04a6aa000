with

source as (

    select * from {{ source('opsgenie', 'alerts') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as alert_id,
        record ->> '$.details.incident-id' as incident_id,
        {{ opsgenie_responder('schedule') }} as schedule_id,
        coalesce(
            record ->> '$.ownerTeamId',
            {{ opsgenie_responder('team') }},
            (record ->> '$.teams[*].id')[1]
        ) as team_id,

        ---------- people
        record ->> '$.report.acknowledgedBy' as acknowledged_by_username,
        record ->> '$.owner' as owner_username,
        -- The list of alerts does not say who was notified: only who answered.
        coalesce(
            nullif(record ->> '$.report.acknowledgedBy', ''),
            nullif(record ->> '$.owner', '')
        ) as notified_username,

        ---------- attributes
        record ->> '$.priority' as priority,
        lower(record ->> '$.status') as status,

        ---------- timestamps
        {{ utc("record ->> '$.createdAt'") }} as created_at,
        {{ utc("record ->> '$.updatedAt'") }} as updated_at,
        {{ opsgenie_report_time('ackTime') }} as acknowledged_at,
        {{ opsgenie_report_time('closeTime') }} as closed_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['alert_id'], 'updated_at') }}

)

select * from final
