with

source as (

    select * from {{ source('opsgenie', 'schedules') }}
    where {{ is_known() }}

),

timelines as (

    select
        record ->> '$._parent.id' as schedule_id,
        record ->> '$._parent.name' as schedule_name,
        record -> '$.finalTimeline.rotations[*].periods[*]' as periods,
        {{ utc("record ->> '$.startDate'") }} as covers_from,
        {{ utc("record ->> '$.endDate'") }} as covers_to,
        extracted_at,
        record_hash
    from source
    qualify {{ is_latest_version(['schedule_id', 'covers_from']) }}

),

periods as (

    select
        schedule_id,
        schedule_name,
        covers_from,
        covers_to,
        extracted_at,
        record_hash,
        unnest(periods) as period
    from timelines

),

renamed as (

    select
        ---------- ids
        schedule_id,

        ---------- people
        coalesce(period ->> '$.recipient.id', period ->> '$.recipient.name')
            as user_id,
        period ->> '$.recipient.name' as username,

        ---------- attributes
        schedule_name,

        ---------- timestamps
        greatest(covers_from, {{ utc("period ->> '$.startDate'") }}) as starts_at,
        least(covers_to, {{ utc("period ->> '$.endDate'") }}) as ends_at,

        ---------- arrival
        extracted_at,
        record_hash

    from periods
    where
        period ->> '$.recipient.type' = 'user'
        and period ->> '$.startDate' is not null
        and period ->> '$.endDate' is not null

),

newest as (

    select
        *,
        {{ replaced_from('timelines', ['schedule_id']) }} as replaced_from
    from renamed as told
    where starts_at < ends_at

),

-- Who is in two rotations of a schedule at once is on call once.
final as (

    select
        * exclude (replaced_from, extracted_at, record_hash)
        replace (least(ends_at, replaced_from) as ends_at)
    from newest
    where coalesce(replaced_from > starts_at, true)
    qualify {{ is_latest_version(['schedule_id', 'user_id', 'starts_at'], 'ends_at') }}

)

select * from final
