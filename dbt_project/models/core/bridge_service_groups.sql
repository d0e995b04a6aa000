-- To which groups a service belongs, and when. An event counts for the groups that held
-- at the time it happened.
with

services as (

    select * from {{ ref('dim_service') }}

),

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

teams as (

    select * from {{ ref('dim_team') }}

),

owned as (

    select
        services.service_id,
        services.criticality,
        owners.maturity_band_at_takeover,
        owners.team_id,
        teams.division,
        greatest(services.valid_from, owners.valid_from, teams.valid_from)
            as valid_from,
        nullif(
            least(
                coalesce(services.valid_to, timestamp '9999-12-31'),
                coalesce(owners.valid_to, timestamp '9999-12-31'),
                coalesce(teams.valid_to, timestamp '9999-12-31')
            ),
            timestamp '9999-12-31'
        ) as valid_to
    from services
    inner join owners on services.service_id = owners.service_id
    inner join teams on owners.team_id = teams.team_id

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
        maturity_band_at_takeover as group_key,
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

),

final as (

    select * from unioned
    where
        group_key is not null
        and coalesce(valid_to > valid_from, true)

)

select * from final
