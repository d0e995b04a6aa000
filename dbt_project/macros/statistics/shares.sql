{#- Wilson's score interval of a share; null without trials. Source: Wilson (1927), Probable
    inference, Journal of the American Statistical Association 22; Newcombe (1998), Statistics in
    Medicine 17, method 3. -#}
{% macro wilson_lower(successes, trials, z) -%}
    {{ wilson_limit('-', successes, trials, z) }}
{%- endmacro %}

{% macro wilson_upper(successes, trials, z) -%}
    {{ wilson_limit('+', successes, trials, z) }}
{%- endmacro %}

{% macro wilson_limit(sign, successes, trials, z) -%}
    case
        when ({{ trials }}) > 0 and ({{ successes }}) between 0 and ({{ trials }})
            then greatest(0, least(1, (
                ({{ successes }})
                + power({{ z }}, 2) / 2
                {{ sign }} {{ z }} * sqrt(
                    ({{ successes }}) * (1 - ({{ successes }}) / ({{ trials }}))
                    + power({{ z }}, 2) / 4
                )
            ) / (({{ trials }}) + power({{ z }}, 2))))
    end
{%- endmacro %}
