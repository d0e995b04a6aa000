with

loads as (

    select * from {{ source('engine', 'load_report') }}
    where
        kind = 'loaded'
        and {{ is_known() }}

),

final as (

    select
        source,
        stream,
        sum(n_rows) as n_rows,
        timezone('UTC', max(extracted_at)) as newest_extracted_at
    from loads
    group by source, stream
    having sum(n_rows) > 0

)

select * from final
