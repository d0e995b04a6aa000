with

source as (

    select * from {{ source('people', 'exits') }}
    where {{ is_known() }}
    qualify {{ is_newest_extract() }}

),

renamed as (

    select
        ---------- people
        record ->> '$.employee_id' as person_id,

        ---------- attributes
        try_cast(record ->> '$.is_regretted' as boolean) as is_regretted,

        ---------- timestamps
        try_cast(record ->> '$.last_day' as date) as last_day,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['person_id', 'last_day']) }}

)

select * from final
