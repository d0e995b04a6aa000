{#- Kaplan–Meier median per group over a relation of durations, where `is_observed` tells an
    end that was seen from one that was cut off. Null where survival never falls to one half. -#}
{% macro kaplan_meier_median(relation, group_by, duration, is_observed) -%}
    select
        {{ group_by }},
        min(duration) filter (where survival <= 0.5 + 1e-12) as median_duration
    from (
        select
            {{ group_by }},
            duration,
            product(1 - n_ended / n_at_risk) over (
                partition by {{ group_by }} order by duration
            ) as survival
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
    )
    group by {{ group_by }}
{%- endmacro %}
