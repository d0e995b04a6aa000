with

teams as (

    select * from {{ ref('stg_people__teams') }}

),

final as (

    select
        team_id,
        team_name,
        department,
        division,
        time_zone,
        valid_from,
        valid_to
    from teams

)

select * from final
