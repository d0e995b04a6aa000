with

source as (

    select * from {{ source('support', 'tickets') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.ticket_id' as ticket_id,
        record ->> '$.service_id' as service_id,

        ---------- people
        record ->> '$.handled_by' as handler_identity,

        ---------- timestamps
        {{ utc("record ->> '$.opened_at'") }} as opened_at,
        {{ utc("record ->> '$.escalated_at'") }} as escalated_at,
        {{ utc("record ->> '$.resolved_at'") }} as resolved_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['ticket_id'], 'updated_at') }}

)

select * from final
