with

source as (

    select * from {{ source('gitlab', 'commits') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        {{ gitlab_repository("record ->> '$.web_url'") }} as repository,
        record ->> '$.id' as commit_sha,
        record ->> '$.parent_ids[*]' as parent_shas,

        ---------- people
        record ->> '$.author_email' as author_email,

        ---------- attributes
        record ->> '$.message' as message,

        ---------- timestamps
        {{ utc("record ->> '$.authored_date'") }} as authored_at,
        {{ utc("record ->> '$.committed_date'") }} as committed_at,

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
