with

source as (

    select * from {{ source('opsgenie', 'incidents') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as incident_id,
        coalesce((record ->> '$.impactedServices[*]')[1], record ->> '$.serviceId')
            as opsgenie_service_id,

        ---------- attributes
        record ->> '$.message' as title,
        lower(record ->> '$.status') as status,
        record ->> '$.priority' as severity,

        ---------- timestamps
        {{ utc("record ->> '$.createdAt'") }} as created_at,
        {{ utc("record ->> '$.updatedAt'") }} as updated_at,
        {{ utc("record ->> '$.impactStartDate'") }} as started_at,
        {{ utc("record ->> '$.impactDetectDate'") }} as detected_at,
        -- An incident that was opened again keeps the end that it had.
        case
            when lower(record ->> '$.status') in ('resolved', 'closed')
                then {{ utc("record ->> '$.impactEndDate'") }}
        end as resolved_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['incident_id'], 'updated_at') }}

)

select * from final
