{#- An XmR chart per group: natural limits around the mean from the mean moving range, and which
    points lie beyond them; limits and signals from enough points on. A moving range is between
    neighbours: an unknown value has none, and the next one neither. Screened limits leave moving
    ranges above their own upper limit out of their mean, once, so that a shock hides neither
    itself nor another. One row per point. Sources: Wheeler (1993), Understanding Variation (2.66
    and 3.268); Montgomery, Introduction to Statistical Quality Control (3 / d2 = 2.66 and
    D4 = 3.267 for ranges of two). -#}
{% macro xmr_chart(relation, group_by, position, value) -%}
    with

    with_ranges as (

        select
            {{ group_by }},
            {{ position }},
            cast({{ value }} as double) as point,
            abs(point - lag(point) over (
                partition by {{ group_by }} order by {{ position }}
            )) as moving_range
        from {{ relation }}

    ),

    with_means as (

        select
            *,
            count(point) over series as n_points,
            avg(point) over series as mean_point,
            avg(moving_range) over series as mean_moving_range
        from with_ranges
        window series as (partition by {{ group_by }})

    ),

    with_screening as (

        select
            *,
            avg(moving_range)
                filter (where moving_range <= 3.268 * mean_moving_range)
                over (partition by {{ group_by }})
                as screened_moving_range,
            n_points >= {{ threshold('xmr_minimum_points') }} as has_limits
        from with_means

    ),

    with_reach as (

        select
            *,
            case when has_limits then 2.66 * mean_moving_range end as reach,
            case when has_limits then 2.66 * screened_moving_range end as screened_reach,
            -- The mean of equal points is equal to them but for rounding.
            abs(point - mean_point) - 1e-12 * abs(mean_point) as distance
        from with_screening

    )

    select
        {{ group_by }},
        {{ position }},
        point,
        moving_range,
        n_points,
        mean_point,
        mean_moving_range,
        mean_point - reach as lower_limit,
        mean_point + reach as upper_limit,
        distance > reach as is_signal,
        screened_moving_range,
        mean_point - screened_reach as screened_lower_limit,
        mean_point + screened_reach as screened_upper_limit,
        distance > screened_reach as is_screened_signal
    from with_reach
{%- endmacro %}
