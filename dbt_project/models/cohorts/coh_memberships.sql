-- Who stands behind each candidate cell: the people of a population base in a cohort
-- and period. All metrics of the base share it.
with

families as (

    select * from {{ ref('cohort_families') }}

),

periods as (

    select * from {{ ref('dim_period') }}
    where
        period_grain = 'quarter'
        and is_closed

),

change_authors as (

    select
        'delivery' as page_family,
        'change_authors' as population_base,
        group_family,
        group_key,
        period_id,
        contributor_key
    from {{ ref('met_delivery_contributors') }}

),

authors_waiting_for_another_team as (

    select
        'system_causes' as page_family,
        'authors_waiting_for_another_team' as population_base,
        group_family,
        group_key,
        period_id,
        contributor_key
    from {{ ref('met_system_causes_contributors') }}

),

people_on_call as (

    select
        'on_call' as page_family,
        'on_call' as population_base,
        group_family,
        group_key,
        period_id,
        contributor_key
    from {{ ref('met_on_call_contributors') }}

),

people_of_health as (

    select
        'health' as page_family,
        population_base,
        group_family,
        group_key,
        period_id,
        contributor_key
    from {{ ref('met_health_contributors') }}

),

people_of_work as (

    select
        'work' as page_family,
        population_base,
        group_family,
        group_key,
        period_id,
        contributor_key
    from {{ ref('met_work_contributors') }}

),

respondents as (

    select
        'health' as page_family,
        'respondents' as population_base,
        group_family,
        group_key,
        period_id,
        contributor_key
    from {{ ref('met_survey_contributors') }}

),

unioned as (

    select * from change_authors
    union all
    select * from authors_waiting_for_another_team
    union all
    select * from people_on_call
    union all
    select * from people_of_health
    union all
    select * from people_of_work
    union all
    select * from respondents

),

final as (

    select distinct
        unioned.population_base,
        unioned.group_family as cohort_family,
        unioned.group_key as cohort_key,
        unioned.period_id,
        unioned.contributor_key
    from unioned
    inner join families
        on
            unioned.page_family = families.page_family
            and unioned.group_family = families.cohort_family
    inner join periods on unioned.period_id = periods.period_id

)

select * from final
