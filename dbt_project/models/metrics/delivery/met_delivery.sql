-- The DORA keys of every group of services (a service, a team, a cohort) by week,
-- month and quarter: one formula for every grain.
with

deployments as (

    select * from {{ ref('fct_deployments') }}
    where
        environment = 'production'
        and status = 'success'

),

changes as (

    select * from {{ ref('fct_changes') }}

),

incidents as (

    select * from {{ ref('fct_incidents') }}

),

service_weeks as (

    select * from {{ ref('fct_service_weeks') }}

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

grouped_deployments as (

    select
        service_groups.group_family,
        service_groups.group_key,
        period_days.period_id,
        deployments.is_failed,
        deployments.is_unplanned,
        deployments.is_recovery_censored,
        -- Not recovered by the as-of date: known to have lasted at least that long.
        coalesce(
            deployments.recovery_seconds,
            {{ seconds_between('deployments.finished_at', as_of()) }}
        ) / 3600 as recovery_hours
    from deployments
    inner join service_groups
        on
            deployments.service_id = service_groups.service_id
            and {{ is_valid_at('deployments.finished_at', 'service_groups') }}
    inner join period_days
        on
            {{ counts_in(
                'deployments.counted_on', 'period_days', 'service_groups'
            ) }}

),

failed_deployments as (

    select * from grouped_deployments
    where is_failed

),

grouped_changes as (

    select
        service_groups.group_family,
        service_groups.group_key,
        period_days.period_id,
        changes.lead_time_seconds,
        changes.coding_seconds,
        changes.pickup_seconds,
        changes.review_seconds,
        changes.deploy_seconds,
        -- A review that came after the merge could not change what was merged.
        coalesce(changes.first_review_at <= changes.merged_at, false) as is_reviewed
    from changes
    inner join service_groups
        on
            changes.service_id = service_groups.service_id
            and {{ is_valid_at('changes.deployed_at', 'service_groups') }}
    inner join period_days
        on
            {{ counts_in('changes.counted_on', 'period_days', 'service_groups') }}

),

grouped_incidents as (

    select
        service_groups.group_family,
        service_groups.group_key,
        period_days.period_id,
        incidents.is_open,
        coalesce(
            incidents.time_to_restore_seconds,
            {{ seconds_between('incidents.detected_at', as_of()) }}
        ) / 3600 as restore_hours
    from incidents
    inner join service_groups
        on
            incidents.service_id = service_groups.service_id
            and {{ is_valid_at('incidents.detected_at', 'service_groups') }}
    inner join period_days
        on
            {{ counts_in('incidents.counted_on', 'period_days', 'service_groups') }}

),

-- Whole weeks only: a week that a period cuts in two belongs to neither side.
grouped_weeks as (

    select
        service_groups.group_family,
        service_groups.group_key,
        period_days.period_id,
        service_weeks.n_deployments,
        service_weeks.n_deployment_days
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

    select
        group_family,
        group_key,
        period_id,
        cast(quantile_cont(n_deployment_days, 0.5) as double) as median_deployment_days,
        cast(sum(n_deployments) as double) as n_deployments,
        cast(count(*) as double) as n_weeks
    from grouped_weeks
    group by group_family, group_key, period_id

),

durations as (

    select
        group_family,
        group_key,
        period_id,
        count(*) as n_changes,
        quantile_cont(lead_time_seconds, 0.5) as p50_lead_time_seconds,
        quantile_cont(lead_time_seconds, 0.9) as p90_lead_time_seconds,
        quantile_cont(coding_seconds, 0.5) as p50_coding_seconds,
        quantile_cont(pickup_seconds, 0.5) as p50_pickup_seconds,
        quantile_cont(review_seconds, 0.5) as p50_review_seconds,
        quantile_cont(deploy_seconds, 0.5) as p50_deploy_seconds,
        count(lead_time_seconds) as n_lead_time_seconds,
        count(coding_seconds) as n_coding_seconds,
        count(pickup_seconds) as n_pickup_seconds,
        count(review_seconds) as n_review_seconds,
        count(deploy_seconds) as n_deploy_seconds,
        -- Without any review source it is not known which changes were reviewed.
        case
            when (select count(changes.first_review_at) from changes) > 0
                then cast(count(*) filter (where not is_reviewed) as double)
        end as n_without_review
    from grouped_changes
    group by group_family, group_key, period_id

),

shares as (

    select
        group_family,
        group_key,
        period_id,
        -- Without any incident source it is not known which deployments failed.
        case
            when (select count(*) from incidents) > 0
                then cast(count(*) filter (where is_failed) as double)
        end as n_failed,
        cast(count(*) filter (where is_unplanned) as double) as n_unplanned,
        cast(count(*) as double) as n_deployments
    from grouped_deployments
    group by group_family, group_key, period_id

),

recovery_medians as (

    {{ kaplan_meier_median(
        'failed_deployments',
        'group_family, group_key, period_id',
        'recovery_hours',
        'not is_recovery_censored',
    ) }}

),

recovery_counts as (

    select
        group_family,
        group_key,
        period_id,
        count(*) as n_events
    from failed_deployments
    group by group_family, group_key, period_id

),

restore_medians as (

    {{ kaplan_meier_median(
        'grouped_incidents',
        'group_family, group_key, period_id',
        'restore_hours',
        'not is_open',
    ) }}

),

restore_counts as (

    select
        group_family,
        group_key,
        period_id,
        count(*) as n_events
    from grouped_incidents
    group by group_family, group_key, period_id

),

unioned as (

    select
        group_family,
        group_key,
        period_id,
        'deployment_frequency' as metric_id,
        median_deployment_days as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        cast(n_weeks as bigint) as n_events,
        0 as n_excluded
    from frequency

    union all

    select
        group_family,
        group_key,
        period_id,
        'deployments_per_week' as metric_id,
        n_deployments / n_weeks as value,
        n_deployments as numerator,
        n_weeks as denominator,
        cast(n_weeks as bigint) as n_events,
        0 as n_excluded
    from frequency

    {% for metric_id, quantile, part in [
        ('lead_time_for_changes', 'p50', 'lead_time_seconds'),
        ('lead_time_for_changes_p90', 'p90', 'lead_time_seconds'),
        ('coding_time', 'p50', 'coding_seconds'),
        ('pickup_time', 'p50', 'pickup_seconds'),
        ('review_time', 'p50', 'review_seconds'),
        ('deploy_time', 'p50', 'deploy_seconds'),
    ] %}
        union all

        select
            group_family,
            group_key,
            period_id,
            '{{ metric_id }}' as metric_id,
            {{ quantile }}_{{ part }} / 3600 as value,
            cast(null as double) as numerator,
            cast(null as double) as denominator,
            n_{{ part }} as n_events,
            n_changes - n_{{ part }} as n_excluded
        from durations
    {% endfor %}

    {% for metric_id, numerator in [
        ('change_failure_rate', 'n_failed'),
        ('rework_rate', 'n_unplanned'),
    ] %}
        union all

        select
            group_family,
            group_key,
            period_id,
            '{{ metric_id }}' as metric_id,
            {{ numerator }} / n_deployments as value,
            {{ numerator }} as numerator,
            n_deployments as denominator,
            cast(n_deployments as bigint) as n_events,
            0 as n_excluded
        from shares
    {% endfor %}

    union all

    select
        group_family,
        group_key,
        period_id,
        'share_of_changes_without_review' as metric_id,
        n_without_review / n_changes as value,
        n_without_review as numerator,
        cast(n_changes as double) as denominator,
        n_changes as n_events,
        0 as n_excluded
    from durations

    {% for metric_id, medians, counts in [
        ('failed_deployment_recovery_time', 'recovery_medians', 'recovery_counts'),
        ('time_to_restore', 'restore_medians', 'restore_counts'),
    ] %}
        union all

        select
            {{ medians }}.group_family,
            {{ medians }}.group_key,
            {{ medians }}.period_id,
            '{{ metric_id }}' as metric_id,
            {{ medians }}.median_duration as value,
            cast(null as double) as numerator,
            cast(null as double) as denominator,
            {{ counts }}.n_events,
            0 as n_excluded
        from {{ medians }}
        inner join {{ counts }}
            on
                {{ medians }}.group_family = {{ counts }}.group_family
                and {{ medians }}.group_key = {{ counts }}.group_key
                and {{ medians }}.period_id = {{ counts }}.period_id
    {% endfor %}

),

final as (

    select
        unioned.group_family,
        unioned.group_key,
        periods.period_id,
        periods.period_grain,
        periods.period_start,
        unioned.metric_id,
        'fairlead' as profile_id,
        unioned.value,
        unioned.numerator,
        unioned.denominator,
        unioned.n_events,
        unioned.n_excluded,
        case
            when unioned.n_excluded > 0 then 'start or end of the part unknown'
        end as exclusion_note
    from unioned
    inner join periods on unioned.period_id = periods.period_id

)

select * from final
