{#- The share that has not ended after each duration, per group, over a relation where
    `is_observed` tells an end that was seen from one that was cut off; with Greenwood's sum,
    null where all have ended. Sources: Kaplan and Meier (1958), Nonparametric estimation from
    incomplete observations, Journal of the American Statistical Association 53; Greenwood
    (1926), The natural duration of cancer. -#}
{% macro survival_curve(relation, group_by, duration, is_observed) -%}
    select
        {{ group_by }},
        duration,
        product(1 - n_ended / n_at_risk) over (
            partition by {{ group_by }} order by duration
        ) as survival,
        sum(n_ended / n_at_risk / nullif(n_at_risk - n_ended, 0)) over (
            partition by {{ group_by }} order by duration
        ) as greenwood
    from (
        select
            {{ group_by }},
            {{ duration }} as duration,
            count(*) filter (where {{ is_observed }}) as n_ended,
            sum(count(*)) over (
                partition by {{ group_by }} order by {{ duration }} desc
            ) as n_at_risk
        from {{ relation }}
        group by {{ group_by }}, {{ duration }}
    )
{%- endmacro %}

{#- Kaplan–Meier median per group. Null where survival never falls to one half. -#}
{% macro kaplan_meier_median(relation, group_by, duration, is_observed) -%}
    select
        {{ group_by }},
        min(duration) filter (where survival <= 0.5 + 1e-12) as median_duration
    from (
        {{ survival_curve(relation, group_by, duration, is_observed) }}
    )
    group by {{ group_by }}
{%- endmacro %}

{#- Limits of the Kaplan–Meier median per group: where the log-log limits of survival fall to one
    half. Null where they never do, or only where all have ended, which has no variance. Source:
    Brookmeyer and Crowley (1982), A confidence interval for the median survival time, Biometrics
    38; with the log-log transform of Kalbfleisch and Prentice (1980). -#}
{% macro kaplan_meier_limits(
    relation, group_by, duration, is_observed, confidence=0.95
) -%}
    {%- set z = normal_quantile(confidence) -%}
    select
        {{ group_by }},
        min(duration) filter (
            where power(survival, exp({{ z }} * log_log_error)) <= 0.5 + 1e-12
        ) as lower_limit,
        min(duration) filter (
            where power(survival, exp(-{{ z }} * log_log_error)) <= 0.5 + 1e-12
        ) as upper_limit
    from (
        select
            {{ group_by }},
            duration,
            survival,
            case
                when survival > 0 and survival < 1
                    then sqrt(greenwood) / abs(ln(survival))
            end as log_log_error
        from (
            {{ survival_curve(relation, group_by, duration, is_observed) }}
        )
    )
    group by {{ group_by }}
{%- endmacro %}
