with

final as (

    select
        source,
        stream,
        purpose,
        status,
        newest_extract
    from {{ ref('coh_streams') }}

)

select * from final
