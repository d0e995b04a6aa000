{#- Gini coefficient of a group's amounts: 0 where all carry the same, 1 where one carries all. Null
    below two people and where nobody carries anything. With the factor n / (n − 1), without which a
    group of two could never pass one half. Source: Deltas (2003), The small-sample bias of the Gini
    coefficient, Review of Economics and Statistics 85. `position` is the rank of an amount in its
    group, the smallest first. -#}
{% macro gini(amount, position) -%}
    case
        when count({{ amount }}) >= 2 and sum({{ amount }}) > 0
            then greatest(
                0,
                (
                    2 * sum({{ position }} * {{ amount }})
                    - (count({{ amount }}) + 1) * sum({{ amount }})
                ) / ((count({{ amount }}) - 1) * sum({{ amount }}))
            )
    end
{%- endmacro %}
