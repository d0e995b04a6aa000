with

source as (

    select * from {{ source('survey', 'responses') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.survey_id' as survey_id,
        record ->> '$.wave' as wave,
        record ->> '$.question_id' as question_id,
        record ->> '$.team_id_at_submission' as team_id,

        ---------- people
        record ->> '$.respondent_pseudonym' as respondent_pseudonym,

        ---------- attributes
        trim(record ->> '$.answer') as answer,

        ---------- timestamps
        {{ utc("record ->> '$.submitted_at'") }} as submitted_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify {{ is_latest_version(
        ['survey_id', 'wave', 'question_id', 'respondent_pseudonym'], 'submitted_at'
    ) }}

)

select * from final
