with

final as (

    select
        profile_id,
        profile_label,
        cast(position as integer) as position,
        source,
        not_reproduced
    from {{ ref('definition_profiles') }}

)

select * from final
