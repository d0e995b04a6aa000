with

source as (

    select * from {{ source('generic', 'pull_requests') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.pull_request_id' as pull_request_id,
        record ->> '$.repository' as repository,
        try_cast(record ->> '$.number' as bigint) as number,
        record ->> '$.merge_commit_sha' as merge_commit_sha,

        ---------- people
        record ->> '$.author_identity' as author_identity,
        record ->> '$.author_type' as author_type,

        ---------- attributes
        record ->> '$.title' as title,
        {{ texts('labels', ', *') }} as labels,
        record ->> '$.head_branch' as head_branch,
        record ->> '$.base_branch' as base_branch,

        ---------- measures
        try_cast(record ->> '$.additions' as bigint) as n_additions,
        try_cast(record ->> '$.deletions' as bigint) as n_deletions,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.ready_at'") }} as ready_at,
        {{ utc("record ->> '$.merged_at'") }} as merged_at,
        {{ utc("record ->> '$.closed_at'") }} as closed_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['pull_request_id']) }}

)

select * from final
