with

source as (

    select * from {{ source('gitlab', 'pipelines') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as pipeline_id,
        {{ gitlab_repository("record ->> '$.web_url'") }} as repository,
        record ->> '$.project_id' as project_id,
        record ->> '$.sha' as head_sha,
        record ->> '$.ref' as ref,

        ---------- attributes
        record ->> '$.name' as pipeline_name,
        lower(record ->> '$.source') as trigger_source,
        lower(record ->> '$.status') as status,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.started_at'") }} as started_at,
        {{ utc("record ->> '$.finished_at'") }} as finished_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['pipeline_id'], 'updated_at') }}

)

select * from final
