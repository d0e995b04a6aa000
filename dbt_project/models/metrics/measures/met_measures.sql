-- Every value with how far it can be relied on. A special cause is a month beyond the
-- screened limits of its chart.
with

measured as (

    select * from {{ ref('met_values') }}
    where group_family != 'service_stratum'

),

charts as (

    select * from {{ ref('met_control_charts') }}

),

rules as (

    select * from {{ ref('confidence_rules') }}

),

periods as (

    select * from {{ ref('dim_period') }}

),

with_periods as (

    select
        measured.*,
        12 * year(periods.period_end) + month(periods.period_end) as end_month,
        cast({{ threshold('confidence_months') }} as bigint) - 1 as n_months_back,
        cast({{ threshold('special_cause_months') }} as bigint) - 1
            as n_special_cause_months_back,
        -- A median that survival never fell to is unknown, and its events are there.
        periods.period_grain = 'month'
        and periods.is_complete
        and (
            measured.value is not null
            or (measured.value_kind = 'survival' and measured.n_events > 0)
        ) as is_month_with_exposure,
        charts.is_screened_signal as is_special_cause,
        rules.stable_half_width,
        rules.emerging_half_width,
        {{ half_width(
            'measured.lower_limit',
            'measured.upper_limit',
            'rules.half_width_scale'
        ) }} as half_width
    from measured
    inner join periods on measured.period_id = periods.period_id
    inner join rules on measured.value_kind = rules.value_kind
    left join charts
        on
            measured.group_family = charts.group_family
            and measured.group_key = charts.group_key
            and measured.metric_id = charts.metric_id
            and measured.profile_id = charts.profile_id
            and measured.period_start = charts.period_start
            and measured.period_grain = 'month'

),

-- Months and quarters are one series in the order of their ends, of which a window sees
-- the months.
with_months as (

    select
        *,
        count(*) filter (where is_month_with_exposure) over (
            series range between n_months_back preceding and current row
        ) as n_months_with_exposure,
        bool_or(is_special_cause) over (
            series range between n_special_cause_months_back preceding and current row
        ) as has_special_cause
    from with_periods
    window
        series as (
            partition by group_family, group_key, metric_id, profile_id
            order by end_month
        )

),

final as (

    select
        group_family,
        group_key,
        period_id,
        period_grain,
        period_start,
        metric_id,
        profile_id,
        value_kind,
        value,
        numerator,
        denominator,
        n_events,
        n_excluded,
        exclusion_note,
        lower_limit,
        upper_limit,
        half_width,
        n_months_with_exposure,
        has_special_cause,
        case
            when value is not null
                then {{ confidence_label(
                    'half_width',
                    'stable_half_width',
                    'emerging_half_width',
                    'n_months_with_exposure',
                    'has_special_cause'
                ) }}
        end as confidence
    from with_months

)

select * from final
