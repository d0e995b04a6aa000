with

source as (

    select * from {{ source('jira', 'issues') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as issue_id,
        record ->> '$.key' as issue_key,
        record ->> '$.fields.project.key' as project_key,

        ---------- attributes
        record ->> '$.fields.issuetype.name' as type_name,
        record ->> '$.fields.status.name' as status_name,
        record ->> '$.fields.status.statusCategory.key' as status_category,
        record ->> '$.fields.resolution.name' as resolution_name,
        record ->> '$.fields.priority.name' as priority_name,
        record ->> '$.fields.labels[*]' as labels,
        record ->> '$.fields.components[*].name' as components,

        ---------- timestamps
        {{ utc("record ->> '$.fields.created'") }} as created_at,
        {{ utc("record ->> '$.fields.updated'") }} as updated_at,
        {{ utc("record ->> '$.fields.resolutiondate'") }} as resolved_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['issue_id'], 'updated_at') }}

)

select * from final
