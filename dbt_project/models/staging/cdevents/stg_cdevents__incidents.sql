with

source as (

    select * from {{ source('cdevents', 'events') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.context.source' as event_source,
        record ->> '$.context.id' as event_id,
        coalesce(record ->> '$.subject.source', record ->> '$.context.source')
            as incident_source,
        record ->> '$.subject.id' as incident_id,
        record ->> '$.subject.content.service.id' as service_id,

        ---------- attributes
        regexp_extract(
            record ->> '$.context.type',
            '^dev\.cdevents\.incident\.(detected|reported|resolved)(\.|$)',
            1
        ) as kind,
        lower(record ->> '$.subject.content.environment.id') as environment,
        try(url_decode(record ->> '$.subject.content.artifactId')) as artifact,
        record ->> '$.customData.severity' as severity,

        ---------- timestamps
        {{ utc("record ->> '$.context.timestamp'") }} as occurred_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

events as (

    select *
    from renamed
    where
        kind != ''
        -- What becomes of an incident is read from its events: later ones are left out.
        and occurred_at <= {{ as_of() }}
    qualify {{ is_latest_version(['event_source', 'event_id'], 'occurred_at') }}

),

-- What is detected again after it was resolved is open.
final as (

    select
        incident_source,
        incident_id,
        {{ last_named('service_id') }} as service_id,
        {{ last_named('environment') }} as environment,
        {{ last_named('artifact') }} as artifact,
        {{ last_named('severity') }} as severity,
        min(occurred_at) filter (where kind = 'detected') as detected_at,
        min(occurred_at) filter (where kind = 'reported') as reported_at,
        case
            when
                coalesce(
                    max(occurred_at) filter (where kind = 'resolved')
                    >= max(occurred_at) filter (where kind = 'detected'),
                    true
                )
                then max(occurred_at) filter (where kind = 'resolved')
        end as resolved_at
    from events
    group by incident_source, incident_id

)

select * from final
