-- Which service needs which, and when. A cycle is kept, marked, and never followed
-- round.
with recursive

dependencies as (

    select
        service_id,
        depends_on_service_id,
        valid_from,
        coalesce(valid_to, timestamp '9999-12-31') as valid_to
    from {{ ref('stg_people__service_dependencies') }}
    where
        service_id != depends_on_service_id
        and coalesce(valid_to > valid_from, true)

),

known_services as (

    select distinct service_id
    from {{ ref('dim_service') }}

),

known as (

    select dependencies.*
    from dependencies
    inner join known_services as services
        on dependencies.service_id = services.service_id
    inner join known_services as needed
        on dependencies.depends_on_service_id = needed.service_id

),

-- Everything that a service needs, directly or not, while all the links on the way
-- hold.
reached as (

    select
        service_id,
        depends_on_service_id,
        valid_from,
        valid_to
    from known

    union

    select
        reached.service_id,
        known.depends_on_service_id,
        greatest(reached.valid_from, known.valid_from) as valid_from,
        least(reached.valid_to, known.valid_to) as valid_to
    from reached
    inner join known on reached.depends_on_service_id = known.service_id
    where
        reached.service_id != reached.depends_on_service_id
        and greatest(reached.valid_from, known.valid_from)
        < least(reached.valid_to, known.valid_to)

),

ways_back as (

    select distinct
        known.service_id,
        known.depends_on_service_id,
        known.valid_from
    from known
    inner join reached
        on
            known.depends_on_service_id = reached.service_id
            and known.service_id = reached.depends_on_service_id
            and known.valid_from < reached.valid_to
            and known.valid_to > reached.valid_from

),

final as (

    select
        known.service_id,
        known.depends_on_service_id,
        ways_back.service_id is not null as is_in_cycle,
        known.valid_from,
        nullif(known.valid_to, timestamp '9999-12-31') as valid_to
    from known
    left join ways_back
        on
            known.service_id = ways_back.service_id
            and known.depends_on_service_id = ways_back.depends_on_service_id
            and known.valid_from = ways_back.valid_from

)

select * from final
