with

source as (

    select * from {{ source('github', 'deployments') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as deployment_id,
        {{ github_repository("record ->> '$.repository_url'") }} as repository,
        record ->> '$.sha' as commit_sha,
        record ->> '$.ref' as ref,

        ---------- people
        record ->> '$.creator.login' as creator_login,
        record ->> '$.creator.id' as creator_id,
        record ->> '$.creator.type' as creator_type,

        ---------- attributes
        record ->> '$.task' as task,
        lower(record ->> '$.environment') as environment,
        try_cast(record ->> '$.production_environment' as boolean)
            as is_production_environment,
        case json_type(record, '$.payload')
            when 'VARCHAR' then try_cast(record ->> '$.payload' as json)
            else record -> '$.payload'
        end as payload,

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
    qualify {{ is_latest_version(['deployment_id'], 'updated_at') }}

)

select * from final
