with

source as (

    select * from {{ source('pagerduty', 'incidents') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as incident_id,
        record ->> '$.service.id' as pagerduty_service_id,
        {{ pagerduty_custom_field('caused_by_deployment') }} as caused_by_deployment_id,

        ---------- attributes
        record ->> '$.title' as title,
        lower(record ->> '$.status') as status,
        coalesce(record ->> '$.priority.summary', record ->> '$.urgency') as severity,
        {{ pagerduty_custom_field('root_cause') }} as root_cause,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,
        {{ utc("record ->> '$.resolved_at'") }} as resolved_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['incident_id'], 'updated_at') }}

)

select * from final
