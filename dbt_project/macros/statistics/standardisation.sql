{#- Observed and expected events per unit, and their ratio, by indirect standardisation: what the
    unit would have seen at the rates of its strata. A unit that holds much of a stratum's
    exposure is compared with the others there. Null where a stratum has no others, or nothing is
    expected. Rows without exposure, or whose events are unknown, do not count. Source: Breslow
    and Day (1987), Statistical Methods in Cancer Research, volume 2, section 2.3. -#}
{% macro indirect_standardisation(
    relation, group_by, unit, stratum, observed, exposure
) -%}
    with

    exposed as (

        select
            {{ group_by }},
            {{ unit }},
            {{ stratum }},
            sum(cast({{ observed }} as double)) as n_observed,
            sum(cast({{ exposure }} as double)) as n_exposure
        from {{ relation }}
        where {{ observed }} is not null and {{ exposure }} > 0
        group by {{ group_by }}, {{ unit }}, {{ stratum }}

    ),

    with_strata as (

        select
            *,
            sum(n_observed) over stratum_rows as stratum_observed,
            sum(n_exposure) over stratum_rows as stratum_exposure
        from exposed
        window stratum_rows as (partition by {{ group_by }}, {{ stratum }})

    ),

    with_rates as (

        select
            *,
            case
                when n_exposure > {{ threshold('leave_one_out_share') }} * stratum_exposure
                    then (stratum_observed - n_observed)
                    / nullif(stratum_exposure - n_exposure, 0)
                else stratum_observed / stratum_exposure
            end as stratum_rate
        from with_strata

    ),

    summed as (

        select
            {{ group_by }},
            {{ unit }},
            sum(n_observed) as observed,
            sum(n_exposure) as exposure,
            case
                when bool_and(stratum_rate is not null)
                    then sum(n_exposure * stratum_rate)
            end as expected
        from with_rates
        group by {{ group_by }}, {{ unit }}

    )

    select
        *,
        observed / nullif(expected, 0) as ratio
    from summed
{%- endmacro %}
