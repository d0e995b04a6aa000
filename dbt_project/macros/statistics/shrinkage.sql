{#- Ratios of observed to expected, shrunk towards the mean of their group by what chance alone
    would explain. Where the variance between units is 0 there is no evidence of differences, and
    every shrunk ratio is the mean. One row per unit; null where nothing is expected. Source:
    Marshall (1991), Mapping disease and mortality rates using empirical Bayes estimators, Applied
    Statistics 40. -#}
{% macro marshall_shrinkage(relation, group_by, unit, observed, expected) -%}
    with

    usable as (

        select
            {{ group_by }},
            {{ unit }},
            case
                when {{ expected }} > 0 then cast({{ observed }} as double)
            end as n_observed,
            case
                when {{ expected }} > 0 and {{ observed }} is not null
                    then cast({{ expected }} as double)
            end as n_expected
        from {{ relation }}

    ),

    with_means as (

        select
            *,
            n_observed / n_expected as ratio,
            sum(n_observed) over units / sum(n_expected) over units as mean_ratio
        from usable
        window units as (partition by {{ group_by }})

    ),

    with_variances as (

        select
            *,
            greatest(
                0,
                sum(n_expected * power(ratio - mean_ratio, 2)) over units
                / sum(n_expected) over units
                - mean_ratio / avg(n_expected) over units
            ) as between_variance
        from with_means
        window units as (partition by {{ group_by }})

    ),

    with_weights as (

        select
            *,
            case
                when ratio is null then null
                when between_variance = 0 then 0
                else between_variance / (between_variance + mean_ratio / n_expected)
            end as shrinkage_weight
        from with_variances

    )

    select
        {{ group_by }},
        {{ unit }},
        ratio,
        mean_ratio,
        between_variance,
        shrinkage_weight,
        mean_ratio + shrinkage_weight * (ratio - mean_ratio) as shrunk_ratio
    from with_weights
{%- endmacro %}
