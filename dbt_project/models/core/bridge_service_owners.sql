with

ownerships as (

    select * from {{ ref('stg_people__service_ownerships') }}

),

final as (

    select
        service_id,
        team_id,
        maturity_band_at_takeover,
        valid_from,
        valid_to
    from ownerships
    where coalesce(valid_to > valid_from, true)

)

select * from final
