with

source as (

    select * from {{ source('people', 'services') }}
    where {{ is_known() }}
    qualify {{ is_newest_extract() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.service_id' as service_id,
        record ->> '$.repository' as repository,
        record ->> '$.pagerduty_service_id' as pagerduty_service_id,
        record ->> '$.opsgenie_service_id' as opsgenie_service_id,

        ---------- attributes
        record ->> '$.service_name' as service_name,
        record ->> '$.criticality' as criticality,
        record ->> '$.mission' as mission,

        ---------- timestamps
        try_cast(record ->> '$.valid_from' as timestamp) as valid_from,
        try_cast(record ->> '$.valid_to' as timestamp) as valid_to,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['service_id', 'valid_from']) }}

)

select * from final
