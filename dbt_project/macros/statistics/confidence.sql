{#- Half the width of an interval on the scale of its kind of value (seed `confidence_rules`): a
    `difference` halved, or as a `factor` from its geometric middle to a limit, less one. Null
    without both limits, and without a scale. -#}
{% macro half_width(lower_limit, upper_limit, scale) -%}
    case
        when ({{ upper_limit }}) < ({{ lower_limit }}) then null
        when {{ scale }} = 'difference'
            then (({{ upper_limit }}) - ({{ lower_limit }})) / 2
        when {{ scale }} = 'factor' and ({{ lower_limit }}) > 0
            then sqrt(({{ upper_limit }}) / ({{ lower_limit }})) - 1
    end
{%- endmacro %}

{#- How far a value can be relied on: `stable`, `emerging` or `weak`, from the width of its
    interval beside the widest that its kind of value allows, its months with exposure among the
    last 18, and whether its last 8 months hold a special cause. What is unknown does not speak
    for it. -#}
{% macro confidence_label(
    half_width, stable_half_width, emerging_half_width, n_months, has_special_cause
) -%}
    case
        when
            {{ half_width }} <= {{ stable_half_width }}
            and {{ n_months }} >= {{ threshold('stable_months') }}
            and not coalesce({{ has_special_cause }}, true)
            then 'stable'
        when
            {{ half_width }} <= {{ emerging_half_width }}
            and {{ n_months }} >= {{ threshold('emerging_months') }}
            then 'emerging'
        else 'weak'
    end
{%- endmacro %}
