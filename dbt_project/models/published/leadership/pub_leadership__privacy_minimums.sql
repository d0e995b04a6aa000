with

final as (

    select
        audience,
        data_class,
        cast(minimum_people as integer) as minimum_people,
        reason,
        cast(decided_on as date) as decided_on
    from {{ ref('privacy_minimums') }}

)

select * from final
