with

allowances as (

    select * from {{ ref('stg_people__leave_allowances') }}

),

-- A year of zero length never held.
final as (

    select
        person_id,
        allowance_days,
        valid_from,
        valid_to
    from allowances
    where coalesce(valid_to > valid_from, true)

)

select * from final
