with

source as (

    select * from {{ source('people', 'teams') }}
    where {{ is_known() }}
    qualify {{ is_newest_extract() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.team_id' as team_id,

        ---------- attributes
        record ->> '$.team_name' as team_name,
        record ->> '$.department' as department,
        record ->> '$.division' as division,
        {{ time_zone("record ->> '$.time_zone'") }} as time_zone,
        record ->> '$.time_zone' as declared_time_zone,

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
    qualify {{ is_latest_version(['team_id', 'valid_from']) }}

)

select * from final
