{#- The normal quantile of a two-sided confidence, as a double: decimals would overflow. -#}
{% macro normal_quantile(confidence) -%}
    {{ {0.95: '1.959963984540054e0', 0.998: '3.090232306167813e0'}[confidence] }}
{%- endmacro %}

{#- Byar's approximation to the exact Poisson limits of observed / expected. Source: Breslow and
    Day (1987), Statistical Methods in Cancer Research, volume 2, section 2.3. -#}
{% macro byar_lower(observed, expected, z) -%}
    case
        when ({{ expected }}) > 0 and ({{ observed }}) = 0 then 0e0
        when ({{ expected }}) > 0
            then ({{ observed }}) / cast({{ expected }} as double) * power(
                greatest(
                    0,
                    1
                    - 1 / (9e0 * ({{ observed }}))
                    - {{ z }} / (3 * sqrt({{ observed }}))
                ),
                3
            )
    end
{%- endmacro %}

{% macro byar_upper(observed, expected, z) -%}
    case
        when ({{ expected }}) > 0
            then ({{ observed }} + 1) / cast({{ expected }} as double) * power(
                1
                - 1 / (9e0 * ({{ observed }} + 1))
                + {{ z }} / (3 * sqrt({{ observed }} + 1)),
                3
            )
    end
{%- endmacro %}

{#- A limit of the number of events out of the seed. Source: Garwood (1936), Fiducial limits for
    the Poisson distribution, Biometrika 28. -#}
{% macro exact_poisson_limit(side, observed, confidence) -%}
    (
            select map(list(n_events), list({{ side }}))
            from {{ ref('poisson_limits') }}
            where confidence = {{ confidence }}
        )[cast({{ observed }} as integer)]
{%- endmacro %}

{#- Limits of observed / expected: exact where events are few, otherwise Byar's. Null where
    nothing is expected. -#}
{% macro ratio_lower(observed, expected, confidence=0.95) -%}
    case
        when ({{ observed }}) < {{ threshold('byar_from_events') }}
            then {{ exact_poisson_limit('lower', observed, confidence) }}
            / nullif(cast({{ expected }} as double), 0)
        else {{ byar_lower(observed, expected, normal_quantile(confidence)) }}
    end
{%- endmacro %}

{% macro ratio_upper(observed, expected, confidence=0.95) -%}
    case
        when ({{ observed }}) < {{ threshold('byar_from_events') }}
            then {{ exact_poisson_limit('upper', observed, confidence) }}
            / nullif(cast({{ expected }} as double), 0)
        else {{ byar_upper(observed, expected, normal_quantile(confidence)) }}
    end
{%- endmacro %}
