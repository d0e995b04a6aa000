with

source as (

    select * from {{ source('people', 'roster') }}
    where {{ is_known() }}
    qualify {{ is_newest_extract() }}

),

renamed as (

    select
        ---------- people
        record ->> '$.employee_id' as person_id,
        record ->> '$.name' as person_name,
        record ->> '$.manager_employee_id' as manager_person_id,
        {{ time_zone("record ->> '$.time_zone'") }} as time_zone,
        record ->> '$.time_zone' as declared_time_zone,

        ---------- attributes
        record ->> '$.role_family' as role_family,
        record ->> '$.level' as level,
        record ->> '$.location' as location,
        record ->> '$.work_modality' as work_modality,
        record ->> '$.employment_type' as employment_type,

        ---------- timestamps
        try_cast(record ->> '$.hired_on' as date) as hired_on,
        try_cast(record ->> '$.valid_from' as timestamp) as valid_from,
        try_cast(record ->> '$.valid_to' as timestamp) as valid_to,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(['person_id', 'valid_from']) }}

)

select * from final
