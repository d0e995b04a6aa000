with

exits as (

    select
        *,
        cast(last_day as timestamp) + interval 1 day as left_at
    from {{ ref('stg_people__exits') }}
    where cast(last_day as timestamp) + interval 1 day <= {{ as_of() }}

),

people as (

    select * from {{ ref('dim_person') }}

),

memberships as (

    select * from {{ ref('bridge_team_members') }}

),

hired as (

    select
        person_id,
        min(hired_on) as hired_on
    from people
    group by person_id

),

-- Counts for the team of the last day.
final as (

    select
        exits.person_id || '/' || strftime(exits.last_day, '%Y-%m-%d') as exit_id,
        exits.person_id,
        memberships.team_id,
        exits.is_regretted,
        exits.last_day,
        exits.left_at,
        case
            when hired.hired_on <= exits.last_day
                then date_diff('day', hired.hired_on, exits.last_day) + 1
        end as n_days_of_tenure
    from exits
    left join hired on exits.person_id = hired.person_id
    left join memberships
        on
            exits.person_id = memberships.person_id
            and {{ is_valid_at('exits.last_day', 'memberships') }}
    qualify row_number() over (
        partition by exits.person_id, exits.last_day
        order by memberships.allocation_share desc, memberships.team_id asc
    ) = 1

)

select * from final
