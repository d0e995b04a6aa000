with

source as (

    select * from {{ source('github', 'reviews') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as review_id,
        regexp_extract(record ->> '$.pull_request_url', 'repos/([^/]+/[^/]+)/pulls', 1)
            as repository,
        try_cast(
            regexp_extract(record ->> '$.pull_request_url', '/pulls/([0-9]+)$', 1)
            as bigint
        ) as pull_request_number,
        record ->> '$.commit_id' as commit_sha,

        ---------- people
        record ->> '$.user.login' as reviewer_login,
        record ->> '$.user.id' as reviewer_id,
        record ->> '$.user.type' as reviewer_type,

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
