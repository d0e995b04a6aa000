with

source as (

    select * from {{ source('incident_io', 'schedules') }}
    where {{ is_known() }}

),

shifts as (

    select
        record ->> '$.id' as schedule_id,
        record ->> '$.name' as schedule_name,
        record ->> '$.timezone' as time_zone,
        extracted_at,
        record_hash,
        unnest(
            list_concat(
                json_extract(record, '$.current_shifts[*]'),
                json_extract(record, '$.schedule_entries.final[*]')
            )
        ) as shift
    from source

),

renamed as (

    select
        ---------- ids
        schedule_id,
        shift ->> '$.rotation_id' as rotation_id,
        shift ->> '$.layer_id' as layer_id,

        ---------- people
        shift ->> '$.user.id' as user_id,

        ---------- attributes
        schedule_name,
        time_zone,

        ---------- timestamps
        {{ utc("shift ->> '$.start_at'") }} as starts_at,
        {{ utc("shift ->> '$.end_at'") }} as ends_at,

        ---------- arrival
        extracted_at,
        record_hash

    from shifts

),

-- What a version speaks of: a layer, from its first shift to its last.
spans as (

    select
        schedule_id,
        rotation_id,
        layer_id,
        extracted_at,
        record_hash,
        min(starts_at) as covers_from,
        max(ends_at) as covers_to
    from renamed
    group by all

),

-- The same shift is sent for as long as it lasts.
periods as (

    select *
    from renamed
    where user_id is not null and starts_at < ends_at
    qualify
        {{ is_latest_version([
            'schedule_id',
            'rotation_id',
            'layer_id',
            'user_id',
            'starts_at',
            'ends_at',
        ]) }}

),

newest as (

    select
        *,
        {{ replaced_from('spans', ['schedule_id', 'rotation_id', 'layer_id']) }}
            as replaced_from
    from periods as told

),

-- Who is in two rotations of a schedule at once is on call once.
final as (

    select
        * exclude (rotation_id, layer_id, replaced_from, extracted_at, record_hash)
        replace (least(ends_at, replaced_from) as ends_at)
    from newest
    where coalesce(replaced_from > starts_at, true)
    qualify {{ is_latest_version(['schedule_id', 'user_id', 'starts_at'], 'ends_at') }}

)

select * from final
