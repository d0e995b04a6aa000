with

source as (

    select * from {{ source('people', 'promotions') }}
    where {{ is_known() }}
    qualify {{ is_newest_extract() }}

),

renamed as (

    select
        ---------- people
        record ->> '$.employee_id' as person_id,

        ---------- attributes
        record ->> '$.from_level' as from_level,
        record ->> '$.to_level' as to_level,

        ---------- timestamps
        try_cast(record ->> '$.promoted_on' as date) as promoted_on,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['person_id', 'promoted_on']) }}

)

select * from final
