with

source as (

    select * from {{ source('gitlab', 'deployments') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as deployment_id,
        {{ gitlab_repository("record ->> '$.deployable.web_url'") }} as repository,
        record ->> '$.project_id' as project_id,
        record ->> '$.sha' as commit_sha,
        record ->> '$.ref' as ref,

        ---------- attributes
        lower(record ->> '$.environment.name') as environment,
        lower(record ->> '$.environment.tier') as environment_tier,
        lower(record ->> '$.status') as status,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.deployable.started_at'") }} as started_at,
        {{ utc("record ->> '$.deployable.finished_at'") }} as finished_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['deployment_id'], 'updated_at') }}

)

select * from final
