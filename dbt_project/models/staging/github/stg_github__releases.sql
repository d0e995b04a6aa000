with

source as (

    select * from {{ source('github', 'releases') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as release_id,
        {{ github_repository("record ->> '$.url'") }} as repository,
        record ->> '$.tag_name' as tag_name,
        record ->> '$.target_commitish' as target_commitish,

        ---------- attributes
        try_cast(record ->> '$.draft' as boolean) as is_draft,
        try_cast(record ->> '$.prerelease' as boolean) as is_prerelease,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.published_at'") }} as published_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['release_id'], 'published_at') }}

)

select * from final
