with

declared as (

    select * from {{ ref('stg_people__services') }}

),

deployments as (

    select * from {{ ref('int_deployments_unioned') }}

),

pull_requests as (

    select * from {{ ref('int_pull_requests_unioned') }}

),

incidents as (

    select * from {{ ref('int_incidents_unioned') }}

),

issues as (

    select * from {{ ref('int_issues_unioned') }}

),

pagerduty_services as (

    select * from {{ ref('stg_pagerduty__services') }}

),

seen_repositories as (

    select repository from deployments
    union
    select repository from pull_requests

),

seen_services as (

    select
        declared_service_id as service_id,
        repository
    from deployments
    union
    select
        service_alias as service_id,
        null as repository
    from incidents
    where service_alias_kind = 'catalogue'
    union
    select
        declared_service_id as service_id,
        null as repository
    from issues

),

-- A service that only its deployments name: its repository is theirs.
undeclared_services as (

    select
        seen_services.service_id,
        min(seen_services.repository) as repository
    from seen_services
    left join declared
        on
            seen_services.service_id = declared.service_id
            or seen_services.service_id = declared.service_name
    where
        seen_services.service_id is not null
        and declared.service_id is null
    group by seen_services.service_id

),

-- A repository or an on-call service that the catalogue does not name is a service of
-- its own: an organisation that declares nothing still gets service-level figures.
undeclared_repositories as (

    select seen_repositories.repository
    from seen_repositories
    left join declared on seen_repositories.repository = declared.repository
    left join undeclared_services
        on seen_repositories.repository = undeclared_services.repository
    where
        seen_repositories.repository is not null
        and declared.repository is null
        and undeclared_services.repository is null

),

undeclared_pagerduty_services as (

    select
        pagerduty_services.pagerduty_service_id,
        pagerduty_services.service_name
    from pagerduty_services
    left join declared
        on pagerduty_services.pagerduty_service_id = declared.pagerduty_service_id
    where declared.pagerduty_service_id is null

),

undeclared_opsgenie_services as (

    select distinct incidents.service_alias as opsgenie_service_id
    from incidents
    left join declared on incidents.service_alias = declared.opsgenie_service_id
    where
        incidents.service_alias_kind = 'opsgenie'
        and incidents.service_alias is not null
        and declared.opsgenie_service_id is null

),

unioned as (

    select
        service_id,
        service_name,
        repository,
        pagerduty_service_id,
        opsgenie_service_id,
        criticality,
        mission,
        valid_from,
        valid_to,
        true as is_declared
    from declared

    union all

    select
        repository as service_id,
        repository as service_name,
        repository,
        null as pagerduty_service_id,
        null as opsgenie_service_id,
        null as criticality,
        null as mission,
        timestamp '1900-01-01' as valid_from,
        null as valid_to,
        false as is_declared
    from undeclared_repositories

    union all

    select
        service_id,
        service_id as service_name,
        repository,
        null as pagerduty_service_id,
        null as opsgenie_service_id,
        null as criticality,
        null as mission,
        timestamp '1900-01-01' as valid_from,
        null as valid_to,
        false as is_declared
    from undeclared_services

    union all

    select
        'pagerduty/' || pagerduty_service_id as service_id,
        service_name,
        null as repository,
        pagerduty_service_id,
        null as opsgenie_service_id,
        null as criticality,
        null as mission,
        timestamp '1900-01-01' as valid_from,
        null as valid_to,
        false as is_declared
    from undeclared_pagerduty_services

    union all

    select
        'opsgenie/' || opsgenie_service_id as service_id,
        'opsgenie/' || opsgenie_service_id as service_name,
        null as repository,
        null as pagerduty_service_id,
        opsgenie_service_id,
        null as criticality,
        null as mission,
        timestamp '1900-01-01' as valid_from,
        null as valid_to,
        false as is_declared
    from undeclared_opsgenie_services

),

final as (

    select
        *,
        count(distinct service_id) over (partition by repository)
            as n_services_of_repository
    from unioned

)

select * from final
