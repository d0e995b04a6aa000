with

streams as (

    select
        *,
        sum(n_rows) over (partition by source) > 0 as is_connected
    from {{ ref('dim_stream') }}

),

final as (

    select
        source,
        stream,
        purpose,
        case when n_rows > 0 then 'loaded' else 'no data' end as status,
        cast(newest_extracted_at as date) as newest_extract
    from streams
    -- A tool that never sent anything is not used: nothing is missing, and its
    -- streams are not listed. Nor are those of the generic form, which stands for
    -- tools that have no form of their own. People have no other source.
    where
        n_rows > 0
        or source = 'people'
        or (is_connected and source != 'generic')

)

select * from final
