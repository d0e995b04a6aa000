with

source as (

    select * from {{ source('github', 'issues') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as issue_id,
        {{ github_repository("record ->> '$.repository_url'") }} as repository,
        try_cast(record ->> '$.number' as bigint) as number,

        ---------- attributes
        record ->> '$.state' as state,
        record ->> '$.state_reason' as state_reason,
        record ->> '$.labels[*].name' as labels,
        record ->> '$.type.name' as type_name,
        record ->> '$.pull_request.url' as pull_request_url,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,
        {{ utc("record ->> '$.closed_at'") }} as closed_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

-- GitHub lists pull requests among issues; they have a stream of their own.
final as (

    select * exclude (pull_request_url, extracted_at, record_hash)
    from renamed
    where pull_request_url is null
    qualify {{ is_latest_version(['issue_id'], 'updated_at') }}

)

select * from final
