{#- The gated cells of one page family, in the columns that an audience reads. -#}
{% macro published_cells(page_family) -%}
with

final as (

    select
        cell_id,
        cohort_family,
        cohort_family_label,
        cast(family_position as integer) as family_position,
        cohort_key,
        cohort_label,
        cast(period_start as date) as period_start,
        period_label,
        metric_id,
        metric_label,
        category,
        cast(metric_position as integer) as metric_position,
        unit,
        status,
        value,
        value_text,
        confidence,
        people_band,
        format('{:.0f}', n_excluded) as excluded_band,
        exclusion_note
    from {{ ref('coh_gated_cells') }}
    where
        page_family = '{{ page_family }}'
        and profile_id = 'fairlead'

)

select * from final
{%- endmacro %}
