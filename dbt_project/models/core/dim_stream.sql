with

streams as (

    select * from {{ ref('stg_engine__streams') }}

),

loads as (

    select * from {{ ref('stg_engine__stream_loads') }}

),

final as (

    select
        streams.source,
        streams.stream,
        streams.purpose,
        coalesce(loads.n_rows, 0) as n_rows,
        loads.newest_extracted_at
    from streams
    left join loads
        on
            streams.source = loads.source
            and streams.stream = loads.stream

)

select * from final
