-- How many of those who answered see a theme favourably, by quarter, and the change
-- against the quarter before of the same group. A wave counts for the quarter in which
-- it began; of two waves in a quarter the last answer counts.
with

responses as (

    select * from {{ ref('fct_survey_responses') }}

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain = 'quarter'

),

minimums as (

    select * from {{ ref('privacy_minimums') }}
    where
        audience = 'leadership'
        and data_class = 'survey'

),

last_answers as (

    select
        periods.period_id,
        responses.contributor_key,
        responses.question_id,
        responses.theme,
        responses.division,
        responses.is_favourable
    from responses
    inner join periods
        on
            responses.wave_began_at >= periods.period_start
            and responses.wave_began_at < periods.period_end
    qualify row_number() over (
        partition by
            periods.period_id, responses.contributor_key, responses.question_id
        order by
            responses.submitted_at desc, responses.survey_id asc, responses.wave asc
    ) = 1

),

grouped as (

    select
        *,
        'organisation' as group_family,
        'all' as group_key
    from last_answers

    union all

    select
        *,
        'division' as group_family,
        division as group_key
    from last_answers
    where division is not null

),

-- Of a theme with several questions, someone sees it favourably who does in most.
people as (

    select
        group_family,
        group_key,
        period_id,
        theme,
        contributor_key,
        count(is_favourable) > 0 as is_known,
        count(*) filter (where is_favourable) > count(is_favourable) / 2
            as is_favourable
    from grouped
    group by group_family, group_key, period_id, theme, contributor_key

),

-- The gate counts who answered the survey: a question that few of them answered is left
-- out here.
counted as (

    select
        people.group_family,
        people.group_key,
        people.period_id,
        people.theme,
        count(*) filter (where people.is_known) as n_respondents,
        count(*) filter (where not people.is_known) as n_unknown,
        count(*) filter (where people.is_known and people.is_favourable)
            as n_favourable,
        case
            when
                count(*) filter (where people.is_known)
                >= any_value(minimums.minimum_people)
                then
                    count(*) filter (where people.is_known and people.is_favourable)
                    / count(*) filter (where people.is_known)
        end as share_favourable
    from people
    cross join minimums
    group by people.group_family, people.group_key, people.period_id, people.theme

),

dated as (

    select
        counted.*,
        periods.period_start,
        periods.period_end
    from counted
    inner join periods on counted.period_id = periods.period_id

),

final as (

    select
        dated.group_family,
        dated.group_key,
        dated.period_id,
        dated.period_start,
        dated.theme,
        dated.n_respondents,
        dated.n_unknown,
        dated.n_favourable,
        dated.share_favourable,
        100 * (dated.share_favourable - previous.share_favourable) as change_in_points
    from dated
    left join dated as previous
        on
            dated.group_family = previous.group_family
            and dated.group_key = previous.group_key
            and dated.theme = previous.theme
            and dated.period_start = previous.period_end

)

select * from final
