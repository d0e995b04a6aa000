-- Every metric of every group, with the limits of its value: from numerator and
-- denominator where it is a ratio or a share, and as it came where the rows behind it
-- decide.
with

catalog as (

    select * from {{ ref('metric_catalog') }}

),

measured as (

    select * from {{ ref('met_collected') }}

),

with_kinds as (

    select
        measured.*,
        catalog.value_kind
    from measured
    inner join catalog on measured.metric_id = catalog.metric_id

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
        case
            when value is null then null
            when value_kind = 'ratio'
                then {{ ratio_lower('numerator', 'denominator') }}
            when value_kind = 'share'
                then {{ wilson_lower(
                    'numerator', 'denominator', normal_quantile(0.95)
                ) }}
            else lower_limit
        end as lower_limit,
        case
            when value is null then null
            when value_kind = 'ratio'
                then {{ ratio_upper('numerator', 'denominator') }}
            when value_kind = 'share'
                then {{ wilson_upper(
                    'numerator', 'denominator', normal_quantile(0.95)
                ) }}
            else upper_limit
        end as upper_limit
    from with_kinds

)

select * from final
