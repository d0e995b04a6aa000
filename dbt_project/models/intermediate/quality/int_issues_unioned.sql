-- Issues and defects of every tool.
with

github as (

    select * from {{ ref('stg_github__issues') }}

),

generic as (

    select * from {{ ref('stg_generic__defects') }}

),

final as (

    select
        issue_id,
        repository,
        number,
        null as declared_service_id,
        labels,
        type_name,
        null as declared_type,
        null as declared_found_in,
        state_reason,
        created_at,
        closed_at
    from github

    union all

    select
        defect_id as issue_id,
        null as repository,
        null as number,
        service_id as declared_service_id,
        null as labels,
        null as type_name,
        'defect' as declared_type,
        -- A word that no one knows is no place.
        case when found_in in ('production', 'staging', 'development') then found_in end
            as declared_found_in,
        null as state_reason,
        created_at,
        resolved_at as closed_at
    from generic

)

select * from final
