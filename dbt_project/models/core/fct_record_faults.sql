-- Records of the people system that contradict themselves or each other. Each loads
-- where it can; here it is listed, so that its owner can mend it.
with

time_off as (

    select * from {{ ref('stg_people__time_off') }}

),

memberships as (

    select * from {{ ref('stg_people__team_memberships') }}

),

ownerships as (

    select * from {{ ref('stg_people__service_ownerships') }}

),

dependencies as (

    select * from {{ ref('stg_people__service_dependencies') }}

),

allowances as (

    select * from {{ ref('stg_people__leave_allowances') }}

),

exits as (

    select * from {{ ref('stg_people__exits') }}

),

roster as (

    select * from {{ ref('stg_people__roster') }}

),

teams as (

    select * from {{ ref('stg_people__teams') }}

),

kept_dependencies as (

    select * from {{ ref('bridge_service_dependencies') }}

),

people as (

    select * from {{ ref('dim_person') }}

),

services as (

    select * from {{ ref('dim_service') }}

),

validities as (

    select
        'team_membership' as stream_name,
        person_id || '/' || team_id || '/' || cast(valid_from as date) as record_key,
        valid_from,
        valid_to
    from memberships

    union all

    select
        'service_ownership' as stream_name,
        service_id || '/' || team_id || '/' || cast(valid_from as date) as record_key,
        valid_from,
        valid_to
    from ownerships

    union all

    select
        'service_dependencies' as stream_name,
        service_id || '/' || depends_on_service_id || '/' || cast(valid_from as date)
            as record_key,
        valid_from,
        valid_to
    from dependencies

    union all

    select
        'leave_allowance' as stream_name,
        person_id || '/' || cast(valid_from as date) as record_key,
        valid_from,
        valid_to
    from allowances

    union all

    select
        'time_off' as stream_name,
        time_off_id as record_key,
        cast(first_day as timestamp) as valid_from,
        cast(last_day as timestamp) + interval 1 day as valid_to
    from time_off

),

reversed as (

    select
        stream_name,
        record_key,
        'ends before it starts' as fault
    from validities
    where valid_to <= valid_from

),

overlapping_time_off as (

    select
        'time_off' as stream_name,
        later.time_off_id as record_key,
        'overlaps another leave of the person' as fault
    from time_off as later
    inner join time_off as earlier
        on
            later.person_id = earlier.person_id
            and later.time_off_id > earlier.time_off_id
            and later.first_day <= earlier.last_day
            and later.last_day >= earlier.first_day
            and later.day_portion + earlier.day_portion > 1
    where
        later.status = 'approved'
        and earlier.status = 'approved'
        and later.last_day >= later.first_day
        and earlier.last_day >= earlier.first_day

),

overlapping_memberships as (

    select
        'team_membership' as stream_name,
        later.person_id || '/' || later.team_id || '/' || cast(later.valid_from as date)
            as record_key,
        'more than one whole person at once' as fault
    from memberships as later
    inner join memberships as earlier
        on
            later.person_id = earlier.person_id
            and (later.valid_from, later.team_id)
            > (earlier.valid_from, earlier.team_id)
            and {{ is_valid_at('later.valid_from', 'earlier') }}
            and coalesce(later.allocation_share, 1)
            + coalesce(earlier.allocation_share, 1) > 1.001
    where coalesce(later.valid_to > later.valid_from, true)

),

overlapping_allowances as (

    select
        'leave_allowance' as stream_name,
        later.person_id || '/' || cast(later.valid_from as date) as record_key,
        'overlaps another year of the person' as fault
    from allowances as later
    inner join allowances as earlier
        on
            later.person_id = earlier.person_id
            and later.valid_from > earlier.valid_from
            and {{ is_valid_at('later.valid_from', 'earlier') }}

),

unknown_people as (

    select
        'time_off' as stream_name,
        time_off_id as record_key,
        'person is not in the roster' as fault
    from time_off
    where person_id not in (select people.person_id from people)

    union all

    select
        'exits' as stream_name,
        person_id || '/' || last_day as record_key,
        'person is not in the roster' as fault
    from exits
    where person_id not in (select people.person_id from people)

),

contradicted_exits as (

    select
        'exits' as stream_name,
        exits.person_id || '/' || exits.last_day as record_key,
        'the roster goes on after the last day' as fault
    from exits
    inner join people
        on
            exits.person_id = people.person_id
            and cast(exits.last_day as timestamp) + interval 1 day > people.valid_from
            and cast(exits.last_day as timestamp) + interval 1 day
            < coalesce(people.valid_to, timestamp '9999-12-31')

),

unusable_dependencies as (

    select
        'service_dependencies' as stream_name,
        service_id || '/' || depends_on_service_id || '/' || cast(valid_from as date)
            as record_key,
        case
            when service_id = depends_on_service_id then 'depends on itself'
            else 'service is not in the catalogue'
        end as fault
    from dependencies
    where
        service_id = depends_on_service_id
        or service_id not in (select services.service_id from services)
        or depends_on_service_id not in (select services.service_id from services)

    union all

    select
        'service_dependencies' as stream_name,
        service_id || '/' || depends_on_service_id || '/' || cast(valid_from as date)
            as record_key,
        'part of a cycle' as fault
    from kept_dependencies
    where is_in_cycle

),

unknown_zones as (

    select
        'roster' as stream_name,
        person_id || '/' || cast(valid_from as date) as record_key,
        'time zone is unknown' as fault
    from roster
    where
        declared_time_zone is not null
        and time_zone is null

    union all

    select
        'teams' as stream_name,
        team_id || '/' || cast(valid_from as date) as record_key,
        'time zone is unknown' as fault
    from teams
    where
        declared_time_zone is not null
        and time_zone is null

),

unioned as (

    select * from reversed
    union all
    select * from overlapping_time_off
    union all
    select * from overlapping_memberships
    union all
    select * from overlapping_allowances
    union all
    select * from unknown_people
    union all
    select * from contradicted_exits
    union all
    select * from unusable_dependencies
    union all
    select * from unknown_zones

),

final as (

    select distinct
        stream_name,
        fault,
        record_key
    from unioned

)

select * from final
