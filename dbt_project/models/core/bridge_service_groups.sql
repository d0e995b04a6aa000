-- To which groups a service belongs, and when. An event counts for the groups that held
-- at the time it happened.
with

services as (

    select * from {{ ref('dim_service') }}

),

owned as (

    select * from {{ ref('bridge_service_strata') }}

),

unioned as (

    select
        service_id,
        'service' as group_family,
        service_id as group_key,
        valid_from,
        valid_to
    from services

    union all

    select
        service_id,
        'organisation' as group_family,
        'all' as group_key,
        valid_from,
        valid_to
    from services

    union all

    select
        service_id,
        'criticality' as group_family,
        criticality as group_key,
        valid_from,
        valid_to
    from services

    union all

    select
        service_id,
        'mission' as group_family,
        mission as group_key,
        valid_from,
        valid_to
    from services

    union all

    select
        service_id,
        'team' as group_family,
        team_id as group_key,
        valid_from,
        valid_to
    from owned

    union all

    select
        service_id,
        'maturity_band' as group_family,
        maturity_band as group_key,
        valid_from,
        valid_to
    from owned

    union all

    select
        service_id,
        'division' as group_family,
        division as group_key,
        valid_from,
        valid_to
    from owned

    union all

    select
        service_id,
        'division_criticality' as group_family,
        division || ' × ' || criticality as group_key,
        valid_from,
        valid_to
    from owned

    union all

    -- The finest group: what units of any family are put together from, stratum by
    -- stratum.
    select
        service_id,
        'service_stratum' as group_family,
        service_stratum_key as group_key,
        valid_from,
        valid_to
    from owned

),

final as (

    select * from unioned
    where
        group_key is not null
        and coalesce(valid_to > valid_from, true)

)

select * from final
