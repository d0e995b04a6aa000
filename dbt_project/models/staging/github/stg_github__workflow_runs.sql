with

source as (

    select * from {{ source('github', 'workflow_runs') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as workflow_run_id,
        coalesce(try_cast(record ->> '$.run_attempt' as bigint), 1) as run_attempt,
        coalesce(
            record ->> '$.repository.full_name',
            nullif(
                regexp_extract(record ->> '$.url', 'repos/([^/]+/[^/]+)', 1), ''
            )
        ) as repository,
        record ->> '$.head_sha' as head_sha,

        ---------- attributes
        record ->> '$.name' as workflow_name,
        record ->> '$.event' as trigger_event,
        lower(record ->> '$.conclusion') as conclusion,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.run_started_at'") }} as run_started_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['workflow_run_id', 'run_attempt'], 'updated_at') }}

)

select * from final
