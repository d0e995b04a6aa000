with

source as (

    select * from {{ source('github', 'review_comments') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as comment_id,
        record ->> '$.pull_request_review_id' as review_id,
        record ->> '$.in_reply_to_id' as in_reply_to_id,
        regexp_extract(record ->> '$.pull_request_url', 'repos/([^/]+/[^/]+)/pulls', 1)
            as repository,
        try_cast(
            regexp_extract(record ->> '$.pull_request_url', '/pulls/([0-9]+)$', 1)
            as bigint
        ) as pull_request_number,

        ---------- people
        record ->> '$.user.login' as commenter_login,
        record ->> '$.user.id' as commenter_id,
        record ->> '$.user.type' as commenter_type,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['comment_id'], 'updated_at') }}

)

select * from final
