-- How much was said in the reviews of deployed changes, by how much there was to read:
-- of every group of services, by week, month and quarter. Never of a reviewer.
with

changes as (

    select * from {{ ref('fct_changes') }}
    where n_reviews > 0

),

service_groups as (

    select * from {{ ref('bridge_service_groups') }}

),

periods as (

    select * from {{ ref('dim_period') }}

),

period_days as (

    {{ days_of('periods') }}

),

sized as (

    select
        *,
        case
            when n_changed_lines < {{ threshold('small_change_below_lines') }}
                then 'review_comments_on_small_changes'
            when n_changed_lines < {{ threshold('large_change_from_lines') }}
                then 'review_comments_on_medium_changes'
            when n_changed_lines is not null
                then 'review_comments_on_large_changes'
        end as metric_id
    from changes

),

grouped as (

    select
        service_groups.group_family,
        service_groups.group_key,
        period_days.period_id,
        period_days.period_grain,
        period_days.period_start,
        sized.metric_id,
        sized.n_review_comments
    from sized
    inner join service_groups
        on
            sized.service_id = service_groups.service_id
            and {{ is_valid_at('sized.deployed_at', 'service_groups') }}
    inner join period_days
        on
            {{ counts_in('sized.counted_on', 'period_days', 'service_groups') }}

),

counted as (

    select
        *,
        count(*) filter (where metric_id is null) over (
            partition by group_family, group_key, period_id
        ) as n_of_unknown_size
    from grouped

),

final as (

    select
        group_family,
        group_key,
        period_id,
        period_grain,
        period_start,
        metric_id,
        'fairlead' as profile_id,
        sum(n_review_comments) / nullif(count(n_review_comments), 0) as value,
        cast(sum(n_review_comments) as double) as numerator,
        cast(count(n_review_comments) as double) as denominator,
        count(n_review_comments) as n_events,
        any_value(n_of_unknown_size) + count(*) - count(n_review_comments)
            as n_excluded,
        case
            when n_excluded > 0 then 'size or comments unknown'
        end as exclusion_note,
        cast(null as double) as lower_limit,
        cast(null as double) as upper_limit
    from counted
    where metric_id is not null
    group by
        group_family, group_key, period_id, period_grain, period_start, metric_id

)

select * from final
