with

source as (

    select * from {{ source('github', 'pull_request_commits') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.repository' as repository,
        try_cast(record ->> '$.pull_number' as bigint) as pull_request_number,
        record ->> '$.sha' as commit_sha,
        record ->> '$.parents[*].sha' as parent_shas,

        ---------- timestamps
        {{ utc("record ->> '$.commit.author.date'") }} as authored_at,
        {{ utc("record ->> '$.commit.committer.date'") }} as committed_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['repository', 'pull_request_number', 'commit_sha']) }}

)

select * from final
