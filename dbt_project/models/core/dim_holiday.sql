with

final as (

    select
        location,
        holiday_on
    from {{ ref('stg_people__holidays') }}

)

select * from final
