with

source as (

    select * from {{ source('gitlab', 'issues') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as issue_id,
        {{ gitlab_repository(
            "record ->> '$.web_url'", "record ->> '$.references.full'"
        ) }} as repository,
        record ->> '$.project_id' as project_id,
        try_cast(record ->> '$.iid' as bigint) as number,

        ---------- attributes
        record ->> '$.state' as state,
        lower(record ->> '$.issue_type') as issue_type,
        record ->> '$.labels[*]' as labels,
        record ->> '$._links.closed_as_duplicate_of' as duplicate_of_url,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,
        {{ utc("record ->> '$.closed_at'") }} as closed_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['issue_id'], 'updated_at') }}

)

select * from final
