-- The DORA keys of every group of services (a service, a team, a cohort) by month and quarter:
-- one formula for every grain.
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

grouped_deployments as (

    select
        service_groups.group_family,
        service_groups.group_key,
        periods.period_id,
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
    inner join periods
        on
            deployments.finished_at >= periods.period_start
            and deployments.finished_at < periods.period_end

),

failed_deployments as (

    select * from grouped_deployments
    where is_failed

),

grouped_changes as (

    select
        service_groups.group_family,
        service_groups.group_key,
        periods.period_id,
        changes.lead_time_seconds,
        changes.coding_seconds,
        changes.pickup_seconds,
        changes.review_seconds,
        changes.deploy_seconds
    from changes
    inner join service_groups
        on
            changes.service_id = service_groups.service_id
            and {{ is_valid_at('changes.deployed_at', 'service_groups') }}
    inner join periods
        on
            changes.deployed_at >= periods.period_start
            and changes.deployed_at < periods.period_end

),

grouped_incidents as (

    select
        service_groups.group_family,
        service_groups.group_key,
        periods.period_id,
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
    inner join periods
        on
            incidents.detected_at >= periods.period_start
            and incidents.detected_at < periods.period_end

),

-- Whole weeks only: a week that a period cuts in two belongs to neither side.
grouped_weeks as (

    select
        service_groups.group_family,
        service_groups.group_key,
        periods.period_id,
        service_weeks.n_deployments,
        service_weeks.n_deployment_days
    from service_weeks
    inner join service_groups
        on
            service_weeks.service_id = service_groups.service_id
            and {{ is_valid_at('service_weeks.week_start', 'service_groups') }}
    inner join periods
        on
            service_weeks.week_start >= periods.period_start
            and service_weeks.week_end <= periods.period_end

),

frequency as (

    select
        group_family,
        group_key,
        period_id,
        unnest([
            {
                'metric_id': 'deployment_frequency',
                'value': cast(quantile_cont(n_deployment_days, 0.5) as double),
                'numerator': cast(null as double),
                'denominator': cast(null as double),
                'n_events': count(*),
                'n_excluded': 0
            },
            {
                'metric_id': 'deployments_per_week',
                'value': cast(sum(n_deployments) / count(*) as double),
                'numerator': cast(sum(n_deployments) as double),
                'denominator': cast(count(*) as double),
                'n_events': count(*),
                'n_excluded': 0
            }
        ], recursive := true),
        cast(null as varchar) as exclusion_note
    from grouped_weeks
    group by group_family, group_key, period_id

),

durations as (

    select
        group_family,
        group_key,
        period_id,
        unnest([
            {% for metric_id, seconds, quantile in [
                ('lead_time_for_changes', 'lead_time_seconds', 0.5),
                ('lead_time_for_changes_p90', 'lead_time_seconds', 0.9),
                ('coding_time', 'coding_seconds', 0.5),
                ('pickup_time', 'pickup_seconds', 0.5),
                ('review_time', 'review_seconds', 0.5),
                ('deploy_time', 'deploy_seconds', 0.5),
            ] -%}
                {
                    'metric_id': '{{ metric_id }}',
                    'value': cast(quantile_cont({{ seconds }}, {{ quantile }}) / 3600 as double),
                    'numerator': cast(null as double),
                    'denominator': cast(null as double),
                    'n_events': count({{ seconds }}),
                    'n_excluded': count(*) - count({{ seconds }})
                }{{ ',' if not loop.last }}
            {% endfor %}
        ], recursive := true),
        'start or end of the part unknown' as exclusion_note
    from grouped_changes
    group by group_family, group_key, period_id

),

shares as (

    select
        group_family,
        group_key,
        period_id,
        unnest([
            {
                'metric_id': 'change_failure_rate',
                'value': cast(count(*) filter (where is_failed) / count(*) as double),
                'numerator': cast(count(*) filter (where is_failed) as double),
                'denominator': cast(count(*) as double),
                'n_events': count(*),
                'n_excluded': 0
            },
            {
                'metric_id': 'rework_rate',
                'value': cast(count(*) filter (where is_unplanned) / count(*) as double),
                'numerator': cast(count(*) filter (where is_unplanned) as double),
                'denominator': cast(count(*) as double),
                'n_events': count(*),
                'n_excluded': 0
            }
        ], recursive := true),
        cast(null as varchar) as exclusion_note
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

recovery as (

    select
        group_family,
        group_key,
        period_id,
        'failed_deployment_recovery_time' as metric_id,
        median_duration as value,
        n_events
    from recovery_medians
    inner join recovery_counts using (group_family, group_key, period_id)

    union all

    select
        group_family,
        group_key,
        period_id,
        'time_to_restore' as metric_id,
        median_duration as value,
        n_events
    from restore_medians
    inner join restore_counts using (group_family, group_key, period_id)

),

unioned as (

    select * from frequency
    union all by name
    select * from durations
    union all by name
    select * from shares
    union all by name
    select
        *,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        0 as n_excluded,
        cast(null as varchar) as exclusion_note
    from recovery

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
        case when unioned.n_excluded > 0 then unioned.exclusion_note end as exclusion_note
    from unioned
    inner join periods on unioned.period_id = periods.period_id

)

select * from final
