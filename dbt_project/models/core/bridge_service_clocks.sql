-- On whose clock the events of a service count, and when: that of the team that owns
-- it, as long as the team has a zone. Without one they count in UTC.
with

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

teams as (

    select * from {{ ref('dim_team') }}

),

final as (

    select
        owners.service_id,
        teams.team_id,
        teams.time_zone,
        greatest(owners.valid_from, teams.valid_from) as valid_from,
        nullif(
            least(
                coalesce(owners.valid_to, timestamp '9999-12-31'),
                coalesce(teams.valid_to, timestamp '9999-12-31')
            ),
            timestamp '9999-12-31'
        ) as valid_to
    from owners
    inner join teams
        on
            owners.team_id = teams.team_id
            and owners.valid_from < coalesce(teams.valid_to, timestamp '9999-12-31')
            and teams.valid_from < coalesce(owners.valid_to, timestamp '9999-12-31')
    where teams.time_zone is not null

)

select * from final
