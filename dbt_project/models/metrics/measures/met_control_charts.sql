-- Each metric of each group month by month, on an XmR chart: whether a month lies
-- beyond what the others vary by. Whole months only.
with

measured as (

    select * from {{ ref('met_values') }}
    where
        period_grain = 'month'
        and group_family != 'service_stratum'

),

periods as (

    select * from {{ ref('dim_period') }}
    where is_complete

),

months as (

    select measured.*
    from measured
    inner join periods on measured.period_id = periods.period_id

),

charted as (

    {{ xmr_chart(
        'months',
        'group_family, group_key, metric_id, profile_id',
        'period_start',
        'value',
    ) }}

),

final as (

    select
        group_family,
        group_key,
        metric_id,
        profile_id,
        period_start,
        point as value,
        moving_range,
        n_points,
        mean_point as mean_value,
        mean_moving_range,
        lower_limit,
        upper_limit,
        is_signal,
        screened_moving_range,
        screened_lower_limit,
        screened_upper_limit,
        is_screened_signal
    from charted

)

select * from final
