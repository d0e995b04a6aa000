with

source as (

    select * from {{ source('generic', 'reviews') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.review_id' as review_id,
        record ->> '$.pull_request_id' as pull_request_id,

        ---------- people
        record ->> '$.reviewer_identity' as reviewer_identity,

        ---------- attributes
        upper(record ->> '$.state') as state,

        ---------- timestamps
        {{ utc("record ->> '$.submitted_at'") }} as submitted_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['review_id'], 'submitted_at') }}

)

select * from final
