-- Every name by which a tool may speak of a service: its id and name in the catalogue,
-- the ids of on-call tools, its repository, and its part of a shared repository.
with

services as (

    select
        *,
        case when n_services_of_repository = 1 then repository end as own_repository,
        case when n_services_of_repository > 1 then repository end as shared_repository
    from {{ ref('int_services_resolved') }}

),

named as (

    select
        service_id,
        repository,
        valid_from,
        coalesce(valid_to, timestamp '9999-12-31') as valid_to,
        unnest([
            'catalogue',
            'catalogue',
            'pagerduty',
            'opsgenie',
            'repository',
            'part_of_repository',
            'part_of_repository'
        ]) as alias_kind,
        unnest([
            service_id,
            service_name,
            pagerduty_service_id,
            opsgenie_service_id,
            own_repository,
            shared_repository || '#' || service_id,
            shared_repository || '#' || service_name
        ]) as service_alias,
        unnest([true, false, false, false, false, true, false]) as is_own_id
    from services

),

own_ids as (

    select
        alias_kind,
        service_alias,
        service_id,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to
    from named
    where
        is_own_id
        and service_alias is not null
    group by alias_kind, service_alias, service_id

),

-- A service's own id goes before another's name for as long as that service is known.
names_of_others as (

    select
        named.*,
        own_ids.valid_from as taken_from,
        own_ids.valid_to as taken_to
    from named
    left join own_ids
        on
            named.alias_kind = own_ids.alias_kind
            and named.service_alias = own_ids.service_alias
            and named.service_id != own_ids.service_id
            and named.valid_from < own_ids.valid_to
            and named.valid_to > own_ids.valid_from
    where named.service_alias is not null

),

left_over as (

    select
        alias_kind,
        service_alias,
        service_id,
        repository,
        valid_from,
        least(valid_to, taken_from) as valid_to
    from names_of_others
    where coalesce(valid_from < taken_from, true)

    union all

    select
        alias_kind,
        service_alias,
        service_id,
        repository,
        taken_to as valid_from,
        valid_to
    from names_of_others
    where taken_to < valid_to

),

-- Of two with one name, the first by id.
final as (

    select
        alias_kind,
        service_alias,
        min(service_id) as service_id,
        arg_min(repository, service_id) as repository,
        valid_from,
        nullif(valid_to, timestamp '9999-12-31') as valid_to
    from left_over
    group by alias_kind, service_alias, valid_from, valid_to

)

select * from final
