with

source as (

    select * from {{ source('github', 'commits') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        {{ github_repository("record ->> '$.url'") }} as repository,
        record ->> '$.sha' as commit_sha,
        record ->> '$.parents[*].sha' as parent_shas,

        ---------- people
        record ->> '$.author.login' as author_login,
        record ->> '$.author.id' as author_id,
        record ->> '$.author.type' as author_type,

        ---------- attributes
        record ->> '$.commit.message' as message,

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
    qualify {{ is_latest_version(['repository', 'commit_sha']) }}

)

select * from final
