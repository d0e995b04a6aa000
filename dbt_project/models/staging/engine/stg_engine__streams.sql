with

final as (

    select
        source,
        stream,
        purpose,
        kind,
        retention
    from {{ source('engine', 'streams') }}

)

select * from final
