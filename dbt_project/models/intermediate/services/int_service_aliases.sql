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
        valid_to,
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
        ]) as service_alias
    from services

),

-- A service's own id goes before another's name; of two with one name, the first by id.
final as (

    select
        alias_kind,
        service_alias,
        arg_min(service_id, (service_id != service_alias, service_id)) as service_id,
        arg_min(repository, (service_id != service_alias, service_id)) as repository,
        valid_from,
        valid_to
    from named
    where service_alias is not null
    group by all

)

select * from final
