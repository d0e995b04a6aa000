with

source as (

    select * from {{ source('github', 'deployment_statuses') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as deployment_status_id,
        coalesce(
            record ->> '$.deployment_id',
            nullif(
                regexp_extract(
                    record ->> '$.deployment_url', '/deployments/([0-9]+)$', 1
                ),
                ''
            )
        ) as deployment_id,

        ---------- attributes
        lower(record ->> '$.state') as state,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['deployment_status_id'], 'updated_at') }}

)

select * from final
