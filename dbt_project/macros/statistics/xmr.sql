{#- An XmR chart per group: natural limits around the mean from the mean moving range, and which
    points lie beyond them; limits and signals from enough points on. A moving range is between
    neighbours: an unknown value has none, and the next one neither. Rows of one position and
    value count once. Screening leaves moving ranges above their own upper limit out of their
    mean, once, so that a single shock does not hide itself. Sources: Wheeler (1993),
    Understanding Variation (2.66 and 3.268); Montgomery, Introduction to Statistical Quality
    Control (3 / d2 = 2.66 and D4 = 3.267 for ranges of two). -#}
{% macro xmr_chart(relation, group_by, position, value, is_screened=false) -%}
    with

    points as (

        select distinct
            {{ group_by }},
            {{ position }},
            cast({{ value }} as double) as point
        from {{ relation }}

    ),

    with_ranges as (

        select
            *,
            abs(point - lag(point) over series) as moving_range
        from points
        window series as (partition by {{ group_by }} order by {{ position }})

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

    screened as (

        {% if is_screened -%}
        select
            * replace (
                avg(moving_range)
                    filter (where moving_range <= 3.268 * mean_moving_range)
                    over series
                as mean_moving_range
            )
        from with_means
        window series as (partition by {{ group_by }})
        {%- else -%}
        select * from with_means
        {%- endif %}

    ),

    with_reach as (

        select
            *,
            case
                when n_points >= {{ threshold('xmr_minimum_points') }}
                    then 2.66 * mean_moving_range
            end as reach
        from screened

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
        -- The mean of equal points is equal to them but for rounding.
        abs(point - mean_point) > reach + 1e-12 * abs(mean_point) as is_signal
    from with_reach
{%- endmacro %}
