with

memberships as (

    select * from {{ ref('stg_people__team_memberships') }}

),

-- A membership of zero length never held.
final as (

    select
        person_id,
        team_id,
        coalesce(allocation_share, 1) as allocation_share,
        valid_from,
        valid_to
    from memberships
    where coalesce(valid_to > valid_from, true)

)

select * from final
