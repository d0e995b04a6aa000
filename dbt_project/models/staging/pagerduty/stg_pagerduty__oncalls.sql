with

source as (

    select * from {{ source('pagerduty', 'oncalls') }}
    where {{ is_known() }}

),

renamed as (

    select
        ---------- ids
        record ->> '$.schedule.id' as schedule_id,
        record ->> '$.escalation_policy.id' as escalation_policy_id,

        ---------- people
        record ->> '$.user.id' as user_id,

        ---------- attributes
        try_cast(record ->> '$.escalation_level' as bigint) as escalation_level,

        ---------- timestamps
        {{ utc("record ->> '$.start'") }} as starts_at,
        {{ utc("record ->> '$.end'") }} as ends_at,

        ---------- arrival
        extracted_at,
        record_hash

    from source

),

final as (

    select * exclude (extracted_at, record_hash)
    from renamed
    qualify
        {{ is_latest_version([
            'user_id',
            'schedule_id',
            'escalation_policy_id',
            'escalation_level',
            'starts_at',
        ]) }}

)

select * from final
