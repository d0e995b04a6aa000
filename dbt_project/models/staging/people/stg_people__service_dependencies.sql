with

source as (

    select * from {{ source('people', 'service_dependencies') }}
    where {{ is_known() }}
    qualify {{ is_newest_extract() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.service_id' as service_id,
        record ->> '$.depends_on_service_id' as depends_on_service_id,

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
    qualify {{ is_latest_version(
        ['service_id', 'depends_on_service_id', 'valid_from']
    ) }}

)

select * from final
