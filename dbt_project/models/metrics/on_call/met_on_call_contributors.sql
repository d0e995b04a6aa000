with

person_periods as (

    select * from {{ ref('met_on_call_person_periods') }}

),

person_groups as (

    select * from {{ ref('bridge_person_groups') }}

),

final as (

    select
        person_groups.group_family,
        person_groups.group_key,
        person_periods.period_id,
        person_periods.contributor_key,
        person_periods.hours_on_call,
        person_periods.n_pages,
        person_periods.n_after_hours_pages,
        person_periods.n_sleep_hours_pages,
        person_periods.n_pages_of_unknown_hour
    from person_periods
    inner join person_groups
        on
            person_periods.contributor_key = person_groups.person_id
            and person_periods.period_id = person_groups.period_id

)

select * from final
