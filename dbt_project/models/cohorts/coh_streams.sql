with

final as (

    select
        source,
        stream,
        purpose,
        case when n_rows > 0 then 'loaded' else 'no data' end as status,
        cast(newest_extracted_at as date) as newest_extract
    from {{ ref('dim_stream') }}
    -- The generic form stands for tools that have no form of their own: where it is not
    -- used, nothing is missing.
    where
        source != 'generic'
        or n_rows > 0

)

select * from final
