with

cells as (

    select * from {{ ref('coh_gated_cells') }}

),

final as (

    select
        cast({{ as_of() }} as date) as as_of,
        timezone('UTC', cast('{{ var("known_at") }}' as timestamptz)) as known_at,
        '{{ var("policy_version") }}' as policy_version,
        min(period_label) || ' to ' || max(period_label) as organisation_periods
    from cells

)

select * from final
