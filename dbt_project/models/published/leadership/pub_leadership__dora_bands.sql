-- Which groups of the State of DevOps reports answered like the whole organisation, by
-- report: several years side by side, as bands move, and none where nothing is shown.
with

cells as (

    select * from {{ ref('coh_gated_cells') }}
    where
        cohort_family = 'organisation'
        and profile_id = 'fairlead'
        and status = 'shown'

),

bands as (

    select * from {{ ref('dora_bands') }}

),

-- A band that states bounds holds a value or not; of those that state a mean, the
-- nearest ones are meant.
compared as (

    select
        cells.period_start,
        cells.period_label,
        cells.metric_id,
        cells.metric_label,
        cells.metric_position,
        cells.value_text,
        bands.report_year,
        bands.band,
        bands.stated,
        bands.share_of_respondents,
        bands.source,
        case
            when bands.lower_bound = bands.upper_bound
                then
                    abs(cells.value - bands.lower_bound)
                    <= 1e-9 + min(abs(cells.value - bands.lower_bound)) over (
                        partition by
                            cells.period_start, cells.metric_id, bands.report_year
                    )
            else
                cells.value >= bands.lower_bound
                and coalesce(cells.value < bands.upper_bound, true)
        end as is_alike
    from cells
    inner join bands on cells.metric_id = bands.metric_id

),

final as (

    select
        cast(period_start as date) as period_start,
        period_label,
        metric_id,
        metric_label,
        cast(metric_position as integer) as metric_position,
        value_text,
        report_year,
        coalesce(
            string_agg(
                format('{} ({})', band, stated), ' or '
                order by share_of_respondents desc, band asc
            ) filter (where is_alike),
            'between the bands'
        ) as resembles,
        source
    from compared
    group by
        period_start,
        period_label,
        metric_id,
        metric_label,
        metric_position,
        value_text,
        report_year,
        source

)

select * from final
