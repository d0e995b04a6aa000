with

source as (

    select * from {{ source('cdevents', 'events') }}
    where {{ is_known() }}

),

events as (

    select
        *,
        regexp_extract(
            record ->> '$.context.type',
            '^dev\.cdevents\.service\.(deployed|upgraded|rolledback|removed)(\.|$)',
            1
        ) as kind,
        try(url_decode(record ->> '$.subject.content.artifactId')) as artifact,
        lower(record ->> '$.customData.commit_sha') as declared_commit_sha
    from source

),

renamed as (

    select
        ---------- ids
        record ->> '$.context.source' as event_source,
        record ->> '$.context.id' as event_id,
        record ->> '$.subject.id' as service_id,
        -- A package's version or tag of 40 digits is a commit; digests have a prefix.
        coalesce(
            nullif(
                lower(
                    regexp_extract(
                        artifact, '(@|[?&]tag=)([0-9A-Fa-f]{40})([^0-9A-Fa-f]|$)', 2
                    )
                ),
                ''
            ),
            case
                when regexp_full_match(declared_commit_sha, '[0-9a-f]{40}')
                    then declared_commit_sha
            end
        ) as commit_sha,
        coalesce(
            nullif(regexp_extract(artifact, '^pkg:(github|gitlab)/([^@?#]+)', 2), ''),
            regexp_replace(
                record ->> '$.customData.repository',
                '^https?://[^/]+/|(\.git)?/?$',
                '',
                'g'
            )
        ) as repository,

        ---------- attributes
        kind,
        lower(record ->> '$.subject.content.environment.id') as environment,
        artifact,

        ---------- timestamps
        {{ utc("record ->> '$.context.timestamp'") }} as finished_at,

        ---------- arrival
        extracted_at,
        record_hash

    from events
    where kind != ''

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['event_source', 'event_id'], 'finished_at') }}

)

select * from final
