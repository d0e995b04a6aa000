with

source as (

    select * from {{ source('generic', 'commits') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.repository' as repository,
        record ->> '$.commit_sha' as commit_sha,
        {{ texts('parents', ' +') }} as parent_shas,

        ---------- people
        record ->> '$.author_identity' as author_identity,

        ---------- attributes
        record ->> '$.message' as message,

        ---------- timestamps
        {{ utc("record ->> '$.authored_at'") }} as authored_at,
        {{ utc("record ->> '$.committed_at'") }} as committed_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['repository', 'commit_sha']) }}

)

select * from final
