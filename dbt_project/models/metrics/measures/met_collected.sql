-- All metrics in one table, as the models of their families give them. A new one joins
-- here.
with

final as (

    select * from {{ ref('met_delivery') }}
    union all by name
    select * from {{ ref('met_reliability') }}
    union all by name
    select * from {{ ref('met_quality') }}
    union all by name
    select * from {{ ref('met_review_depth') }}
    union all by name
    select * from {{ ref('met_defect_age') }}
    union all by name
    select * from {{ ref('met_on_call') }}
    union all by name
    select * from {{ ref('met_system_causes') }}
    union all by name
    select * from {{ ref('met_health') }}

)

select * from final
