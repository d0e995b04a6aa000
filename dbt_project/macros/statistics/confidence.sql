{#- Half the width of an interval: of a share in points, of a ratio or a duration as the factor
    from its geometric middle to a limit, less one. Null without both limits. -#}
{% macro half_width(lower_limit, upper_limit, is_share) -%}
    case
        when ({{ upper_limit }}) < ({{ lower_limit }}) then null
        when {{ is_share }} then (({{ upper_limit }}) - ({{ lower_limit }})) / 2
        when ({{ lower_limit }}) > 0
            then sqrt(({{ upper_limit }}) / ({{ lower_limit }})) - 1
    end
{%- endmacro %}

{#- How far a value can be relied on: `stable`, `emerging` or `weak`, from the width of its
    interval, its months with exposure among the last 18, and whether its last 8 months hold a
    special cause. What is unknown does not speak for it. -#}
{% macro confidence_label(
    lower_limit, upper_limit, is_share, n_months, has_special_cause
) -%}
    {%- set width = half_width(lower_limit, upper_limit, is_share) -%}
    case
        when
            {{ width }} <= case
                when {{ is_share }} then {{ threshold('stable_half_width_share') }}
                else {{ threshold('stable_half_width_ratio') }}
            end
            and ({{ n_months }}) >= {{ threshold('stable_months') }}
            and not coalesce({{ has_special_cause }}, true)
            then 'stable'
        when
            {{ width }} <= case
                when {{ is_share }} then {{ threshold('emerging_half_width_share') }}
                else {{ threshold('emerging_half_width_ratio') }}
            end
            and ({{ n_months }}) >= {{ threshold('emerging_months') }}
            then 'emerging'
        else 'weak'
    end
{%- endmacro %}
