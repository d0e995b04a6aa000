with

source as (

    select * from {{ source('generic', 'incidents') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.incident_id' as incident_id,
        record ->> '$.service_id' as service_id,
        record ->> '$.caused_by_deployment_id' as caused_by_deployment_id,
        record ->> '$.caused_by_commit_sha' as caused_by_commit_sha,

        ---------- attributes
        record ->> '$.title' as title,
        record ->> '$.severity' as severity,
        record ->> '$.root_cause' as root_cause,

        ---------- timestamps
        {{ utc("record ->> '$.started_at'") }} as started_at,
        {{ utc("record ->> '$.detected_at'") }} as detected_at,
        {{ utc("record ->> '$.acknowledged_at'") }} as acknowledged_at,
        {{ utc("record ->> '$.resolved_at'") }} as resolved_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['incident_id']) }}

)

select * from final
