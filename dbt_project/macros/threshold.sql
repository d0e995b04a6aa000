{#- A number of the thresholds seed, by id. -#}
{% macro threshold(threshold_id) -%}
    (select value from {{ ref('thresholds') }} where threshold_id = '{{ threshold_id }}')
{%- endmacro %}
