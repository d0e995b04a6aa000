with

source as (

    select * from {{ source('jira', 'issue_changelogs') }}
    where {{ is_known() }}

),

latest as (

    select
        *,
        record ->> '$.id' as changelog_id
    from source
    qualify {{ is_latest_version(['changelog_id']) }}

),

-- Landing writes every key of every item, so that these lists are equally long.
items as (

    select
        *,
        unnest(record ->> '$.items[*].field') as field,
        unnest(record ->> '$.items[*].fromString') as from_value,
        unnest(record ->> '$.items[*].toString') as to_value,
        generate_subscripts(record ->> '$.items[*].field', 1) as item_number
    from latest

),

final as (

    select
        ---------- ids
        changelog_id,
        item_number,
        coalesce(record ->> '$.issue_id', record ->> '$.issueId') as issue_id,
        record ->> '$.issue_key' as issue_key,

        ---------- attributes
        field,
        from_value,
        to_value,

        ---------- timestamps
        {{ utc("record ->> '$.created'") }} as changed_at

    from items

)

select * from final
