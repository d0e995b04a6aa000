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
    case when {{ rank }} >= 1 then cast({{ rank }} as integer) end
{%- endmacro %}

{% macro quantile_rank_upper(n, quantile, z) -%}
    {%- set rank -%}
    round(
        1 + ({{ n }}) * {{ quantile }}
        + {{ z }} * sqrt(({{ n }}) * {{ quantile }} * (1 - {{ quantile }}))
    )
    {%- endset -%}
    case when {{ rank }} <= ({{ n }}) then cast({{ rank }} as integer) end
{%- endmacro %}

{#- A quantile of a relation's values per group, with its order-statistic limits. Rows of one key
    and value count once; unknown values do not count. -#}
{% macro quantile_limits(
    relation, group_by, key, value, quantile=0.5, confidence=0.95
) -%}
    {%- set z = normal_quantile(confidence) -%}
    select
        {{ group_by }},
        count(*) as n_values,
        quantile_cont(known_value, {{ quantile }}) as quantile_value,
        list(known_value order by known_value)[
            {{ quantile_rank_lower('count(*)', quantile, z) }}
        ] as lower_limit,
        list(known_value order by known_value)[
            {{ quantile_rank_upper('count(*)', quantile, z) }}
        ] as upper_limit
    from (
        select distinct
            {{ group_by }},
            {{ key }},
            {{ value }} as known_value
        from {{ relation }}
        where {{ value }} is not null
    )
    group by {{ group_by }}
{%- endmacro %}
