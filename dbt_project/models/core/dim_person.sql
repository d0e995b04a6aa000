with

roster as (

    select * from {{ ref('stg_people__roster') }}

),

final as (

    select
        person_id,
        person_name,
        role_family,
        level,
        manager_person_id,
        time_zone,
        location,
        work_modality,
        employment_type,
        hired_on,
        valid_from,
        valid_to
    from roster

)

select * from final
