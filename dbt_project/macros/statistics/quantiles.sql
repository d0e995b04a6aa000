{#- Ranks of the two observations that hold a quantile between them; null where no observation
    lies far enough out. Source: Campbell and Gardner (1988), Calculating confidence intervals for
    some non-parametric analyses, British Medical Journal 296. -#}
{% macro quantile_rank_lower(n, quantile, z) -%}
    {%- set rank -%}
    round(
        ({{ n }}) * {{ quantile }}
        - {{ z }} * sqrt(({{ n }}) * {{ quantile }} * (1 - {{ quantile }}))
    )
    {%- endset -%}
    case when {{ rank }} >= 1 then cast({{ rank }} as bigint) end
{%- endmacro %}

{% macro quantile_rank_upper(n, quantile, z) -%}
    {%- set rank -%}
    round(
        1 + ({{ n }}) * {{ quantile }}
        + {{ z }} * sqrt(({{ n }}) * {{ quantile }} * (1 - {{ quantile }}))
    )
    {%- endset -%}
    case when {{ rank }} <= ({{ n }}) then cast({{ rank }} as bigint) end
{%- endmacro %}

{#- A quantile of a relation's values per group, between its two neighbours, with its
    order-statistic limits. Unknown values do not count. Values are ranked, not collected, so that
    a large group may leave memory. -#}
{% macro quantile_limits(relation, group_by, value, quantile=0.5, confidence=0.95) -%}
    {%- set z = normal_quantile(confidence) -%}
    {%- set place -%}(n_values - 1) * cast({{ quantile }} as double){%- endset -%}
    select
        {{ group_by }},
        any_value(n_values) as n_values,
        max(known_value) filter (where value_rank = 1 + floor({{ place }}))
        + any_value({{ place }} - floor({{ place }})) * (
            max(known_value) filter (where value_rank = 1 + ceil({{ place }}))
            - max(known_value) filter (where value_rank = 1 + floor({{ place }}))
        ) as quantile_value,
        max(known_value) filter (
            where value_rank = {{ quantile_rank_lower('n_values', quantile, z) }}
        ) as lower_limit,
        max(known_value) filter (
            where value_rank = {{ quantile_rank_upper('n_values', quantile, z) }}
        ) as upper_limit
    from (
        select
            {{ group_by }},
            cast({{ value }} as double) as known_value,
            count(*) over (partition by {{ group_by }}) as n_values,
            row_number() over (
                partition by {{ group_by }} order by {{ value }}
            ) as value_rank
        from {{ relation }}
        where {{ value }} is not null
    )
    group by {{ group_by }}
{%- endmacro %}
