with

source as (

    select * from {{ source('github', 'pull_requests') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as pull_request_id,
        coalesce(record ->> '$.base.repo.full_name', record ->> '$.repository')
            as repository,
        try_cast(record ->> '$.number' as bigint) as number,
        record ->> '$.merge_commit_sha' as merge_commit_sha,
        record ->> '$.head.sha' as head_sha,
        record ->> '$.base.sha' as base_sha,

        ---------- people
        record ->> '$.user.login' as author_login,
        record ->> '$.user.id' as author_id,
        record ->> '$.user.type' as author_type,

        ---------- attributes
        record ->> '$.state' as state,
        record ->> '$.title' as title,
        try_cast(record ->> '$.draft' as boolean) as is_draft,
        record ->> '$.labels[*].name' as labels,
        record ->> '$.head.ref' as head_branch,
        record ->> '$.base.ref' as base_branch,
        record ->> '$.base.repo.default_branch' as default_branch,

        ---------- measures
        try_cast(record ->> '$.additions' as bigint) as n_additions,
        try_cast(record ->> '$.deletions' as bigint) as n_deletions,
        try_cast(record ->> '$.changed_files' as bigint) as n_changed_files,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,
        {{ utc("record ->> '$.closed_at'") }} as closed_at,
        {{ utc("record ->> '$.merged_at'") }} as merged_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['pull_request_id'], 'updated_at') }}

)

select * from final
