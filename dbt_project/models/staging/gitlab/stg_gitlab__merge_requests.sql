with

source as (

    select * from {{ source('gitlab', 'merge_requests') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as merge_request_id,
        {{ gitlab_repository(
            "record ->> '$.web_url'", "record ->> '$.references.full'"
        ) }} as repository,
        record ->> '$.project_id' as project_id,
        try_cast(record ->> '$.iid' as bigint) as number,
        record ->> '$.sha' as head_sha,
        record ->> '$.merge_commit_sha' as merge_commit_sha,
        record ->> '$.squash_commit_sha' as squash_commit_sha,

        ---------- people
        record ->> '$.author.username' as author_username,

        ---------- attributes
        record ->> '$.state' as state,
        record ->> '$.title' as title,
        try_cast(record ->> '$.draft' as boolean) as is_draft,
        record ->> '$.labels[*]' as labels,
        record ->> '$.source_branch' as head_branch,
        record ->> '$.target_branch' as base_branch,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.prepared_at'") }} as prepared_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,
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
    qualify {{ is_latest_version(['merge_request_id'], 'updated_at') }}

)

select * from final
