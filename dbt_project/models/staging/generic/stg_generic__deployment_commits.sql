with

source as (

    select * from {{ source('generic', 'deployment_commits') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.deployment_id' as deployment_id,
        record ->> '$.commit_sha' as commit_sha,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['deployment_id', 'commit_sha']) }}

)

select * from final
