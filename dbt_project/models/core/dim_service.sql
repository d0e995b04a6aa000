with

final as (

    select
        service_id,
        service_name,
        repository,
        pagerduty_service_id,
        criticality,
        mission,
        is_declared,
        valid_from,
        valid_to
    from {{ ref('int_services_resolved') }}

)

select * from final
