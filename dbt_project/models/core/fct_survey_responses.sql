-- Answers to the closed questions of a survey that are known, with the division of the
-- team that the survey tool put beside them. Nothing here leads to the roster.
with

responses as (

    select * from {{ ref('stg_survey__responses') }}
    where submitted_at <= {{ as_of() }}

),

questions as (

    select * from {{ ref('survey_questions') }}

),

teams as (

    select * from {{ ref('dim_team') }}

),

-- An answer that the scale of its question does not know is neither favourable nor not.
final as (

    select
        responses.survey_id,
        responses.wave,
        responses.question_id,
        'survey/' || responses.respondent_pseudonym as contributor_key,
        questions.theme,
        responses.team_id,
        teams.division,
        responses.submitted_at,
        min(responses.submitted_at) over (
            partition by responses.survey_id, responses.wave
        ) as wave_began_at,
        case
            when
                list_contains(
                    string_split(questions.known_answers, '|'), responses.answer
                )
                then
                    list_contains(
                        string_split(questions.favourable_answers, '|'),
                        responses.answer
                    )
        end as is_favourable
    from responses
    inner join questions on responses.question_id = questions.question_id
    left join teams
        on
            responses.team_id = teams.team_id
            and {{ is_valid_at('responses.submitted_at', 'teams') }}

)

select * from final
