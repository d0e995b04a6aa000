with

declared as (

    select * from {{ ref('stg_people__identities') }}

),

-- An identity that names two people matches neither: it is listed, never guessed.
final as (

    select
        system,
        lower(identity) as identity,
        min(person_id) as person_id
    from declared
    group by system, lower(identity)
    having count(distinct person_id) = 1

)

select * from final
