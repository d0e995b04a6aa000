{#- Funnel limits of observed / expected, widened for the over-dispersion of the group. Without
    over-dispersion they are the exact Poisson quantiles, and only what lies beyond them is
    outside. Where a unit of the group has no event, all its units use the square-root scale, else
    the log scale; `tau_squared` is on that scale. One row per unit; null where nothing is
    expected.

    Sources: Spiegelhalter (2005), Handling over-dispersion of performance indicators, Quality and
    Safety in Health Care 14; Spiegelhalter (2005), Funnel plots for comparing institutional
    performance, Statistics in Medicine 24; Spiegelhalter et al. (2012), Statistical methods for
    healthcare regulation, Journal of the Royal Statistical Society A 175.

    As published, phi does not make up for what winsorising takes of the variance. -#}
{% macro funnel(relation, group_by, unit, observed, expected) -%}
    {%- set winsorised_share = 0.1 -%}
    {%- set limits = {95: 0.95, 998: 0.998} -%}
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

    with_scales as (

        select
            *,
            n_observed / n_expected as ratio,
            bool_or(n_observed = 0) over units as is_square_root
        from usable
        window units as (partition by {{ group_by }})

    ),

    with_scores as (

        select
            *,
            case
                when is_square_root then 1 / (4 * n_expected) else 1 / n_expected
            end as variance,
            case
                when is_square_root then 2 * sqrt(n_expected) * (sqrt(ratio) - 1)
                else sqrt(n_expected) * ln(ratio)
            end as z_score
        from with_scales

    ),

    with_bounds as (

        select
            *,
            quantile_cont(z_score, {{ winsorised_share }}) over units as z_low,
            quantile_cont(z_score, {{ 1 - winsorised_share }}) over units as z_high
        from with_scores
        window units as (partition by {{ group_by }})

    ),

    with_phi as (

        select
            *,
            avg(power(least(greatest(z_score, z_low), z_high), 2))
                filter (where z_score is not null)
                over units
                as phi
        from with_bounds
        window units as (partition by {{ group_by }})

    ),

    with_tau as (

        select
            *,
            case
                when count(z_score) over units > 1
                    then greatest(
                        0,
                        (count(z_score) over units * (phi - 1) + 1)
                        / (
                            sum(1 / variance) over units
                            - sum(power(variance, -2)) over units
                            / sum(1 / variance) over units
                        )
                    )
                else 0
            end as tau_squared
        from with_phi
        window units as (partition by {{ group_by }})

    ),

    counts as (

        select
            {{ group_by }},
            {{ unit }},
            n_expected,
            n_events,
            sum(exp(n_events * ln(n_expected) - n_expected - lgamma(n_events + 1))) over (
                partition by {{ group_by }}, {{ unit }} order by n_events
            ) as cumulative
        from with_tau, unnest(range(
            cast(greatest(0, floor(n_expected - 6 * sqrt(n_expected) - 10)) as bigint),
            cast(ceil(n_expected + 6 * sqrt(n_expected) + 20) as bigint)
        )) as events (n_events)
        where tau_squared = 0

    ),

    exact_limits as (

        select
            {{ group_by }},
            {{ unit }}
            {%- for suffix, confidence in limits.items() %},
            min(n_events) filter (where cumulative >= {{ (1 - confidence) / 2 }})
            / n_expected as exact_lower_{{ suffix }},
            min(n_events) filter (where cumulative >= {{ (1 + confidence) / 2 }})
            / n_expected as exact_upper_{{ suffix }}
            {%- endfor %}
        from counts
        group by {{ group_by }}, {{ unit }}, n_expected

    ),

    with_limits as (

        select
            with_tau.*
            {%- for suffix, confidence in limits.items() %}
            {%- set reach = normal_quantile(confidence) ~ ' * sqrt(variance + tau_squared)' %},
            case
                when tau_squared = 0 then exact_lower_{{ suffix }}
                when is_square_root then power(greatest(0, 1 - {{ reach }}), 2)
                else exp(-{{ reach }})
            end as lower_{{ suffix }},
            case
                when tau_squared = 0 then exact_upper_{{ suffix }}
                when is_square_root then power(1 + {{ reach }}, 2)
                else exp({{ reach }})
            end as upper_{{ suffix }}
            {%- endfor %}
        from with_tau
        left join exact_limits using ({{ group_by }}, {{ unit }})

    )

    select
        {{ group_by }},
        {{ unit }},
        ratio,
        z_score,
        phi,
        tau_squared,
        is_square_root
        {%- for suffix in limits %},
        case when n_expected is not null then lower_{{ suffix }} end as lower_{{ suffix }},
        case when n_expected is not null then upper_{{ suffix }} end as upper_{{ suffix }},
        ratio < lower_{{ suffix }} or ratio > upper_{{ suffix }} as is_outside_{{ suffix }}
        {%- endfor %}
    from with_limits
{%- endmacro %}
