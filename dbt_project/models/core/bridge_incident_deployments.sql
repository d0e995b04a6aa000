-- The links of the project's own definitions.
with

links as (

    select * from {{ ref('bridge_incident_deployments_by_profile') }}
    where profile_id = 'fairlead'

),

final as (

    select
        incident_id,
        deployment_id,
        link_method,
        link_confidence,
        gap_seconds
    from links

)

select * from final
