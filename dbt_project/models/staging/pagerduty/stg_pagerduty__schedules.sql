with

source as (

    select * from {{ source('pagerduty', 'schedules') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as schedule_id,

        ---------- attributes
        record ->> '$.name' as schedule_name,
        record ->> '$.time_zone' as time_zone,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['schedule_id']) }}

)

select * from final
