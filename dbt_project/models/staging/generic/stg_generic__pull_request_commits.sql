with

source as (

    select * from {{ source('generic', 'pull_request_commits') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.pull_request_id' as pull_request_id,
        record ->> '$.commit_sha' as commit_sha,

        ---------- timestamps
        {{ utc("record ->> '$.authored_at'") }} as authored_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['pull_request_id', 'commit_sha']) }}

)

select * from final
