with

source as (

    select * from {{ source('people', 'time_off') }}
    where {{ is_known() }}
    qualify {{ is_newest_extract() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.time_off_id' as time_off_id,

        ---------- people
        record ->> '$.employee_id' as person_id,

        ---------- attributes
        lower(record ->> '$.status') as status,

        ---------- measures
        coalesce(try_cast(record ->> '$.day_portion' as double), 1) as day_portion,

        ---------- timestamps
        try_cast(record ->> '$.first_day' as date) as first_day,
        try_cast(record ->> '$.last_day' as date) as last_day,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['time_off_id']) }}

)

select * from final
