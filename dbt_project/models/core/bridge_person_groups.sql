-- To which groups a person belongs in a period, frozen at its end: someone who moved
-- counts where they were when it closed, someone who left where they were last.
with

people as (

    select * from {{ ref('dim_person') }}

),

memberships as (

    select * from {{ ref('bridge_team_members') }}

),

teams as (

    select * from {{ ref('dim_team') }}

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain != 'week'

),

bands as (

    select * from {{ ref('time_zone_bands') }}

),

person_at_end as (

    select
        periods.period_id,
        periods.period_end,
        people.*,
        date_diff(
            'second',
            periods.period_end,
            {{ local_time('periods.period_end', 'people.time_zone') }}
        ) / 3600 as utc_offset_hours
    from periods
    inner join people
        on
            periods.period_end > people.valid_from
            and periods.period_start
            < coalesce(people.valid_to, timestamp '9999-12-31')
    qualify row_number() over (
        partition by periods.period_id, people.person_id order by people.valid_from desc
    ) = 1

),

-- The team someone gives most of their time to; of equals, the one they joined first.
team_at_end as (

    select
        periods.period_id,
        memberships.person_id,
        memberships.team_id,
        teams.division
    from periods
    inner join memberships
        on
            periods.period_end > memberships.valid_from
            and periods.period_start
            < coalesce(memberships.valid_to, timestamp '9999-12-31')
    inner join teams
        on
            memberships.team_id = teams.team_id
            and periods.period_end > teams.valid_from
            and periods.period_start < coalesce(teams.valid_to, timestamp '9999-12-31')
    qualify row_number() over (
        partition by periods.period_id, memberships.person_id
        order by
            least(
                coalesce(memberships.valid_to, timestamp '9999-12-31'),
                periods.period_end
            ) desc,
            memberships.allocation_share desc,
            memberships.valid_from asc,
            memberships.team_id asc,
            teams.valid_from desc
    ) = 1

),

described as (

    select
        person_at_end.period_id,
        person_at_end.person_id,
        team_at_end.team_id,
        team_at_end.division,
        person_at_end.role_family,
        person_at_end.work_modality,
        bands.time_zone_band,
        case
            when
                date_diff('day', person_at_end.hired_on, person_at_end.period_end)
                < 365.25 * {{ threshold('tenure_new_years') }}
                then 'under 1 year'
            when
                date_diff('day', person_at_end.hired_on, person_at_end.period_end)
                < 365.25 * {{ threshold('tenure_established_years') }}
                then '1 to 3 years'
            when person_at_end.hired_on is not null then '3 years and more'
        end as tenure_band
    from person_at_end
    left join team_at_end
        on
            person_at_end.period_id = team_at_end.period_id
            and person_at_end.person_id = team_at_end.person_id
    left join bands
        on
            person_at_end.utc_offset_hours >= bands.from_offset_hours
            and person_at_end.utc_offset_hours < bands.below_offset_hours

),

unioned as (

    select
        period_id,
        person_id,
        'organisation' as group_family,
        'all' as group_key
    from described

    union all

    select
        period_id,
        person_id,
        'team' as group_family,
        team_id as group_key
    from described

    union all

    select
        period_id,
        person_id,
        'division' as group_family,
        division as group_key
    from described

    union all

    select
        period_id,
        person_id,
        'role_family' as group_family,
        role_family as group_key
    from described

    union all

    select
        period_id,
        person_id,
        'tenure_band' as group_family,
        tenure_band as group_key
    from described

    union all

    select
        period_id,
        person_id,
        'time_zone_band' as group_family,
        time_zone_band as group_key
    from described

    union all

    select
        period_id,
        person_id,
        'work_modality' as group_family,
        work_modality as group_key
    from described

    union all

    select
        period_id,
        person_id,
        'division_tenure_band' as group_family,
        division || ' × ' || tenure_band as group_key
    from described

),

final as (

    select * from unioned
    where group_key is not null

)

select * from final
