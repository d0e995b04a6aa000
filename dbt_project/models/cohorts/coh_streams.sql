with

final as (

    select
        source,
        stream,
        purpose,
        case when n_rows > 0 then 'loaded' else 'no data' end as status,
        cast(newest_extracted_at as date) as newest_extract
    from {{ ref('dim_stream') }}

)

select * from final
