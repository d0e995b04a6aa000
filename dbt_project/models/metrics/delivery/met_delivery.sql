-- How often and how fast changes reach production, and whether somebody looked at them
-- first: of every group of services by week, month and quarter, one formula for every
-- grain.
-- Lead time and frequency under each definition profile, the rest under our own.
with

changes as (

    select * from {{ ref('fct_changes') }}

),

deployments as (

    select * from {{ ref('fct_deployments') }}

),

profiles as (

    select * from {{ ref('definition_profiles') }}

),

service_weeks as (

    select * from {{ ref('fct_service_weeks') }}

),

service_groups as (

    select * from {{ ref('bridge_service_groups') }}

),

profile_families as (

    select * from {{ ref('met_profile_families') }}

),

periods as (

    select * from {{ ref('dim_period') }}

),

-- Without any review source it is not known which changes were reviewed.
period_days as (

    {{ days_of('periods') }}

),

recorded as (

    select count(first_review_at) > 0 as has_reviews
    from changes

),

-- Whole weeks only: a week that a period cuts in two belongs to neither side.
grouped_weeks as (

    select
        service_groups.group_family,
        service_groups.group_key,
        period_days.period_id,
        service_weeks.n_deployment_days,
        service_weeks.n_deployments
    from service_weeks
    inner join service_groups
        on
            service_weeks.service_id = service_groups.service_id
            and {{ is_valid_at('service_weeks.week_start', 'service_groups') }}
    inner join period_days
        on
            {{ counts_in(
                'service_weeks.week_start', 'period_days', 'service_groups'
            ) }}
            and service_weeks.week_end <= period_days.period_end

),

frequency as (

    {{ quantile_limits(
        'grouped_weeks', 'group_family, group_key, period_id', 'n_deployment_days', 0.5
    ) }}

),

throughput as (

    select
        group_family,
        group_key,
        period_id,
        cast(sum(n_deployments) as double) as n_deployments,
        count(*) as n_weeks
    from grouped_weeks
    group by group_family, group_key, period_id

),

-- From where a profile starts to where it ends. A change that only the baseline holds
-- counts where a profile lets the first deployment claim what came before it.
lead_times as (

    select
        profiles.profile_id,
        changes.service_id,
        deployments.finished_at as counted_at,
        deployments.counted_on,
        'lead_time_for_changes' as metric_id,
        {{ seconds_between(
            "case profiles.start_event when 'first_commit' then changes.first_commit_at
                when 'pr_opened' then changes.opened_at else changes.merged_at end",
            "case profiles.end_event when 'deploy_started' then deployments.started_at
                else deployments.finished_at end",
        ) }} / 3600 as hours
    from changes
    inner join deployments
        on changes.holding_deployment_id = deployments.deployment_id
    inner join profiles
        on not deployments.is_baseline or profiles.baseline = 'claims_history'

),

parts as (

    {% for metric_id, part in [
        ('coding_time', 'coding_seconds'),
        ('pickup_time', 'pickup_seconds'),
        ('review_time', 'review_seconds'),
        ('deploy_time', 'deploy_seconds'),
    ] %}
        select
            'fairlead' as profile_id,
            service_id,
            deployed_at as counted_at,
            counted_on,
            '{{ metric_id }}' as metric_id,
            {{ part }} / 3600 as hours
        from changes
        where deployed_at is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

timed as (

    select * from lead_times
    union all
    select * from parts

),

grouped as (

    select
        service_groups.group_family,
        service_groups.group_key,
        period_days.period_id,
        timed.profile_id,
        timed.metric_id,
        timed.hours
    from timed
    inner join service_groups
        on
            timed.service_id = service_groups.service_id
            and {{ is_valid_at('timed.counted_at', 'service_groups') }}
    inner join profile_families
        on
            timed.profile_id = profile_families.profile_id
            and service_groups.group_family = profile_families.group_family
    inner join period_days
        on
            {{ counts_in('timed.counted_on', 'period_days', 'service_groups') }}

),

slow_changes as (

    select
        * exclude (metric_id),
        'lead_time_for_changes_p90' as metric_id
    from grouped
    where
        metric_id = 'lead_time_for_changes'
        and profile_id = 'fairlead'

),

quantiles as (

    {{ quantile_limits(
        'grouped', 'group_family, group_key, period_id, profile_id, metric_id', 'hours', 0.5
    ) }}

    union all

    {{ quantile_limits(
        'slow_changes',
        'group_family, group_key, period_id, profile_id, metric_id',
        'hours',
        0.9,
    ) }}

),

counts as (

    select
        group_family,
        group_key,
        period_id,
        profile_id,
        metric_id,
        avg(hours) as mean_hours,
        count(hours) as n_events,
        count(*) - count(hours) as n_excluded
    from grouped
    group by group_family, group_key, period_id, profile_id, metric_id

    union all

    select
        group_family,
        group_key,
        period_id,
        profile_id,
        metric_id,
        null as mean_hours,
        count(hours) as n_events,
        count(*) - count(hours) as n_excluded
    from slow_changes
    group by group_family, group_key, period_id, profile_id, metric_id

),

-- A review that came after the merge could not change what was merged.
reviewed as (

    select
        service_groups.group_family,
        service_groups.group_key,
        period_days.period_id,
        count(*) as n_changes,
        count(*) filter (
            where not coalesce(changes.first_review_at <= changes.merged_at, false)
        ) as n_without_review
    from changes
    inner join service_groups
        on
            changes.service_id = service_groups.service_id
            and {{ is_valid_at('changes.deployed_at', 'service_groups') }}
    inner join period_days
        on
            {{ counts_in('changes.counted_on', 'period_days', 'service_groups') }}
    group by
        service_groups.group_family, service_groups.group_key, period_days.period_id

),

unioned as (

    select
        counts.group_family,
        counts.group_key,
        counts.period_id,
        counts.profile_id,
        counts.metric_id,
        case profiles.aggregate
            when 'mean' then counts.mean_hours
            else quantiles.quantile_value
        end as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        counts.n_events,
        counts.n_excluded,
        case profiles.aggregate when 'median' then quantiles.lower_limit end
            as lower_limit,
        case profiles.aggregate when 'median' then quantiles.upper_limit end
            as upper_limit
    from counts
    inner join profiles on counts.profile_id = profiles.profile_id
    left join quantiles
        on
            counts.group_family = quantiles.group_family
            and counts.group_key = quantiles.group_key
            and counts.period_id = quantiles.period_id
            and counts.profile_id = quantiles.profile_id
            and counts.metric_id = quantiles.metric_id

    union all

    -- All profiles count deployments alike.
    select
        frequency.group_family,
        frequency.group_key,
        frequency.period_id,
        profile_families.profile_id,
        'deployment_frequency' as metric_id,
        frequency.quantile_value as value,
        null as numerator,
        null as denominator,
        frequency.n_values as n_events,
        0 as n_excluded,
        frequency.lower_limit,
        frequency.upper_limit
    from frequency
    inner join profile_families
        on frequency.group_family = profile_families.group_family

    union all

    select
        group_family,
        group_key,
        period_id,
        'fairlead' as profile_id,
        'deployments_per_week' as metric_id,
        n_deployments / n_weeks as value,
        n_deployments as numerator,
        n_weeks as denominator,
        n_weeks as n_events,
        0 as n_excluded,
        null as lower_limit,
        null as upper_limit
    from throughput

    union all

    select
        reviewed.group_family,
        reviewed.group_key,
        reviewed.period_id,
        'fairlead' as profile_id,
        'share_of_changes_without_review' as metric_id,
        case
            when recorded.has_reviews
                then reviewed.n_without_review / reviewed.n_changes
        end as value,
        case when recorded.has_reviews then reviewed.n_without_review end as numerator,
        reviewed.n_changes as denominator,
        reviewed.n_changes as n_events,
        0 as n_excluded,
        null as lower_limit,
        null as upper_limit
    from reviewed
    cross join recorded

),

final as (

    select
        unioned.group_family,
        unioned.group_key,
        periods.period_id,
        periods.period_grain,
        periods.period_start,
        unioned.metric_id,
        unioned.profile_id,
        unioned.value,
        unioned.numerator,
        unioned.denominator,
        unioned.n_events,
        unioned.n_excluded,
        case
            when unioned.n_excluded > 0 then 'start or end of the part unknown'
        end as exclusion_note,
        unioned.lower_limit,
        unioned.upper_limit
    from unioned
    inner join periods on unioned.period_id = periods.period_id

)

select * from final
