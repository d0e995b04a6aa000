-- Who answered a survey, by its pseudonym, by group and quarter.
with

responses as (

    select * from {{ ref('fct_survey_responses') }}

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain = 'quarter'

),

dated as (

    select
        periods.period_id,
        responses.contributor_key,
        responses.division
    from responses
    inner join periods
        on
            responses.wave_began_at >= periods.period_start
            and responses.wave_began_at < periods.period_end

),

final as (

    select distinct
        'organisation' as group_family,
        'all' as group_key,
        period_id,
        contributor_key
    from dated

    union all

    select distinct
        'division' as group_family,
        division as group_key,
        period_id,
        contributor_key
    from dated
    where division is not null

)

select * from final
