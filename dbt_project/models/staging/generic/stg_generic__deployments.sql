with

source as (

    select * from {{ source('generic', 'deployments') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.deployment_id' as deployment_id,
        record ->> '$.service_id' as service_id,
        record ->> '$.repository' as repository,
        record ->> '$.commit_sha' as commit_sha,
        record ->> '$.rolled_back_deployment_id' as rolled_back_deployment_id,

        ---------- attributes
        lower(record ->> '$.environment') as environment,
        lower(record ->> '$.status') as status,
        record ->> '$.version' as version,
        try_cast(record ->> '$.is_unplanned' as boolean) as is_unplanned,

        ---------- timestamps
        {{ utc("record ->> '$.started_at'") }} as started_at,
        {{ utc("record ->> '$.finished_at'") }} as finished_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['deployment_id'], 'finished_at') }}

)

select * from final
