with

promotions as (

    select * from {{ ref('stg_people__promotions') }}
    where promoted_on <= {{ as_of() }}

),

people as (

    select * from {{ ref('dim_person') }}

),

memberships as (

    select * from {{ ref('bridge_team_members') }}

),

first_known as (

    select
        person_id,
        arg_min(level, valid_from) as first_level,
        min(valid_from) as first_known_at,
        min(hired_on) as hired_on
    from people
    group by person_id

),

ordered as (

    select
        *,
        lag(promoted_on) over (partition by person_id order by promoted_on)
            as previous_promoted_on
    from promotions

),

-- A level is held since the promotion before, or since hiring where the roster reaches
-- back to it and shows the same level; otherwise nobody knows since when.
joined as (

    select
        ordered.person_id,
        ordered.promoted_on,
        ordered.from_level,
        ordered.to_level,
        memberships.team_id,
        coalesce(
            ordered.previous_promoted_on,
            case
                when
                    first_known.first_known_at <= first_known.hired_on
                    and first_known.first_level = ordered.from_level
                    and first_known.hired_on <= ordered.promoted_on
                    then first_known.hired_on
            end
        ) as from_level_since
    from ordered
    left join first_known on ordered.person_id = first_known.person_id
    left join memberships
        on
            ordered.person_id = memberships.person_id
            and {{ is_valid_at('ordered.promoted_on', 'memberships') }}
    qualify row_number() over (
        partition by ordered.person_id, ordered.promoted_on
        order by memberships.allocation_share desc, memberships.team_id asc
    ) = 1

),

final as (

    select
        person_id || '/' || strftime(promoted_on, '%Y-%m-%d') as promotion_id,
        person_id,
        team_id,
        from_level,
        to_level,
        promoted_on,
        from_level_since,
        date_diff('day', from_level_since, promoted_on) as n_days_in_from_level
    from joined

)

select * from final
