with

declared as (

    select * from {{ ref('stg_people__services') }}

),

deployments as (

    select * from {{ ref('stg_github__deployments') }}

),

pull_requests as (

    select * from {{ ref('stg_github__pull_requests') }}

),

pagerduty_services as (

    select * from {{ ref('stg_pagerduty__services') }}

),

seen_repositories as (

    select repository from deployments
    union
    select repository from pull_requests

),

-- A repository or an on-call service that the catalogue does not name is a service of
-- its own: an organisation that declares nothing still gets service-level figures.
undeclared_repositories as (

    select seen_repositories.repository
    from seen_repositories
    left join declared on seen_repositories.repository = declared.repository
    where
        seen_repositories.repository is not null
        and declared.repository is null

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

unioned as (

    select
        service_id,
        service_name,
        repository,
        pagerduty_service_id,
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
        null as criticality,
        null as mission,
        timestamp '1900-01-01' as valid_from,
        null as valid_to,
        false as is_declared
    from undeclared_repositories

    union all

    select
        'pagerduty/' || pagerduty_service_id as service_id,
        service_name,
        null as repository,
        pagerduty_service_id,
        null as criticality,
        null as mission,
        timestamp '1900-01-01' as valid_from,
        null as valid_to,
        false as is_declared
    from undeclared_pagerduty_services

),

final as (

    select
        *,
        count(distinct service_id) over (partition by repository)
            as n_services_of_repository
    from unioned

)

select * from final
