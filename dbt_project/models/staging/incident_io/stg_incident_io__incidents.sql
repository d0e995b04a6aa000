with

source as (

    select * from {{ source('incident_io', 'incidents') }}
    where {{ is_known() }}

),

fields as (

    select
        *,
        list_filter(
            json_extract(record, '$.custom_field_entries[*]'),
            lambda entry: {{ is_service_field("entry ->> '$.custom_field.name'") }}
            and json_array_length(entry, '$.values') > 0
        )[1] -> '$.values[0]' as service
    from source

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as incident_id,
        service ->> '$.value_catalog_entry.external_id' as service_external_id,
        coalesce(
            service ->> '$.value_catalog_entry.name', service ->> '$.value_option.value'
        ) as service_name,

        ---------- attributes
        record ->> '$.name' as title,
        lower(record ->> '$.mode') as incident_mode,
        lower(record ->> '$.incident_status.category') as status,
        record ->> '$.severity.name' as severity,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as created_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,
        {{ utc(incident_io_timestamp('impact started|started')) }} as started_at,
        coalesce(
            {{ utc(incident_io_timestamp('detected')) }},
            {{ utc(incident_io_timestamp('reported')) }}
        ) as detected_at,
        {{ utc(incident_io_timestamp('acknowledged|accepted')) }} as acknowledged_at,
        -- An incident that was opened again keeps the times that it had.
        case
            when
                lower(record ->> '$.incident_status.category') in ('learning', 'closed')
                then coalesce(
                    {{ utc(incident_io_timestamp('resolved')) }},
                    {{ utc(incident_io_timestamp('fixed')) }}
                )
        end as resolved_at,

        ---------- arrival
        extracted_at,
        record_hash

    from fields

),

latest as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['incident_id'], 'updated_at') }}

),

-- A retrospective incident happened, and was written down afterwards; `real` is what
-- the first version of the API said. Tests, tutorials and streams of work are none.
final as (

    select * from latest
    where
        incident_mode in ('standard', 'retrospective', 'real')
        and status not in ('declined', 'merged', 'canceled')

)

select * from final
