with

source as (

    select * from {{ source('generic', 'defects') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.defect_id' as defect_id,
        record ->> '$.service_id' as service_id,
        record ->> '$.introduced_by_commit_sha' as introduced_by_commit_sha,

        ---------- attributes
        record ->> '$.severity' as severity,
        lower(record ->> '$.found_in') as found_in,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.resolved_at'") }} as resolved_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['defect_id']) }}

)

select * from final
