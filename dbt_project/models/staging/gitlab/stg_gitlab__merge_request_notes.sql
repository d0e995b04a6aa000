with

source as (

    select * from {{ source('gitlab', 'merge_request_notes') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.id' as note_id,
        record ->> '$.repository' as repository,
        record ->> '$.project_id' as project_id,
        try_cast(record ->> '$.noteable_iid' as bigint) as merge_request_number,

        ---------- people
        record ->> '$.author.username' as reviewer_username,

        ---------- attributes
        case
            when not try_cast(record ->> '$.system' as boolean) then 'commented'
            else
                case record ->> '$.body'
                    when 'approved this merge request' then 'approved'
                    when 'unapproved this merge request' then 'unapproved'
                    when 'requested changes' then 'changes_requested'
                    when 'left review comments' then 'commented'
                end
        end as state,

        ---------- timestamps
        {{ utc("record ->> '$.created_at'") }} as submitted_at,
        {{ utc("record ->> '$.updated_at'") }} as updated_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

-- What GitLab notes by itself is a review only where it tells of an approval or of
-- comments.
final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    where state is not null
    qualify {{ is_latest_version(['note_id'], 'updated_at') }}

)

select * from final
