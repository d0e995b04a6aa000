with

source as (

    select * from {{ source('pagerduty', 'users') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- people
        record ->> '$.id' as user_id,
        {{ time_zone("record ->> '$.time_zone'") }} as time_zone,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['user_id']) }}

)

select * from final
