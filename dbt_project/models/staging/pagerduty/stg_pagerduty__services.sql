with

source as (

    select * from {{ source('pagerduty', 'services') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as pagerduty_service_id,
        record ->> '$.escalation_policy.id' as escalation_policy_id,

        ---------- attributes
        record ->> '$.name' as service_name,
        record ->> '$.status' as status,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['pagerduty_service_id'], 'updated_at') }}

)

select * from final
