with

source as (

    select * from {{ source('people', 'leave_allowance') }}
    where {{ is_known() }}
    qualify {{ is_newest_extract() }}

),

renamed as (

    select
        ---------- people
        record ->> '$.employee_id' as person_id,

        ---------- measures
        try_cast(record ->> '$.allowance_days' as double) as allowance_days,

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
    qualify {{ is_latest_version(['person_id', 'valid_from']) }}

)

select * from final
