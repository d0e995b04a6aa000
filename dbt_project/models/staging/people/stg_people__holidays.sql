with

source as (

    select * from {{ source('people', 'holidays') }}
    where {{ is_known() }}
    qualify {{ is_newest_extract() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.location' as location,

        ---------- timestamps
        try_cast(record ->> '$.holiday_on' as date) as holiday_on,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['location', 'holiday_on']) }}

)

select * from final
