-- Who owned a service, and what it is compared by, when. A service without an owner is
-- in no stratum: nobody declared what was taken over.
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
        owners.team_id,
        teams.division,
        services.criticality,
        services.mission,
        owners.maturity_band_at_takeover as maturity_band,
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

final as (

    select
        md5(
            cast(
                [service_id, team_id, division, criticality, mission, maturity_band]
                as varchar
            )
        ) as service_stratum_key,
        *
    from owned
    where coalesce(valid_to > valid_from, true)

)

select * from final
