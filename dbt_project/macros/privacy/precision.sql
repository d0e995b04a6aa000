{#- Two significant digits: what a value may say of the counts behind it. -#}
{% macro two_significant_digits(value) -%}
    case
        when {{ value }} = 0 then 0.0
        else round(
            cast({{ value }} as double),
            1 - cast(floor(log10(abs({{ value }}))) as integer)
        )
    end
{%- endmacro %}

{#- A share of people moves in steps that no single person can move: 10 points below 20
    people, 5 below 100, then 1. Below 10 the gate shows none. -#}
{% macro stepped_share(value, n_people) -%}
    case
        when {{ n_people }} < 10 then null
        when {{ n_people }} < 20 then round({{ value }}, 1)
        when {{ n_people }} < 100 then round({{ value }} * 20) / 20
        else round({{ value }}, 2)
    end
{%- endmacro %}
