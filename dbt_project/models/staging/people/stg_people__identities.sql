with

source as (

    select * from {{ source('people', 'identities') }}
    where {{ is_known() }}
    qualify {{ is_newest_extract() }}

),

renamed as (

    select
        ---------- people
        record ->> '$.employee_id' as person_id,
        lower(record ->> '$.system') as system,
        record ->> '$.identity' as identity,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['person_id', 'system', 'identity']) }}

)

select * from final
