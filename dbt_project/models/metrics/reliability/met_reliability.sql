-- Whether what was deployed held, and how long it took to put right what did not: of
-- every group of services by week, month and quarter, under each
-- definition profile.
with

deployments as (

    select * from {{ ref('fct_deployments') }}
    where
        environment = 'production'
        and status = 'success'

),

failures as (

    select * from {{ ref('fct_deployment_failures') }}

),

incidents as (

    select * from {{ ref('fct_incidents') }}

),

links as (

    select * from {{ ref('bridge_incident_deployments') }}

),

link_methods as (

    select * from {{ ref('incident_link_methods') }}

),

profiles as (

    select * from {{ ref('definition_profiles') }}

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

-- Without any incident source it is not known which deployments failed.
period_days as (

    {{ days_of('periods') }}

),

recorded as (

    select count(*) > 0 as is_recorded
    from incidents

),

counted_deployments as (

    select
        service_groups.group_family,
        service_groups.group_key,
        period_days.period_id,
        deployments.deployment_id,
        deployments.is_unplanned,
        {{ seconds_between('deployments.finished_at', as_of()) }} as seconds_until_as_of
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

counted_incidents as (

    select
        service_groups.group_family,
        service_groups.group_key,
        period_days.period_id,
        incidents.is_open,
        coalesce(link_methods.makes_failure, false) as is_linked,
        -- Unknown where it was over before it was noticed.
        case
            when incidents.is_open
                then {{ seconds_between('incidents.detected_at', as_of()) }}
            else incidents.time_to_restore_seconds
        end / 3600 as hours
    from incidents
    left join links on incidents.incident_id = links.incident_id
    left join link_methods on links.link_method = link_methods.link_method
    inner join service_groups
        on
            incidents.service_id = service_groups.service_id
            and {{ is_valid_at('incidents.detected_at', 'service_groups') }}
    inner join period_days
        on
            {{ counts_in('incidents.counted_on', 'period_days', 'service_groups') }}

),

n_incidents as (

    select
        group_family,
        group_key,
        period_id,
        count(*) as n_incidents,
        count(*) filter (where is_linked) as n_linked
    from counted_incidents
    group by group_family, group_key, period_id

),

shares as (

    select
        counted_deployments.group_family,
        counted_deployments.group_key,
        counted_deployments.period_id,
        profile_families.profile_id,
        count(*) as n_deployments,
        count(failures.deployment_id) as n_failed,
        count(failures.deployment_id) filter (
            where link_methods.link_confidence in ('certain', 'high')
        ) as n_surely_failed,
        count(*) filter (where counted_deployments.is_unplanned) as n_unplanned
    from counted_deployments
    inner join profile_families
        on counted_deployments.group_family = profile_families.group_family
    left join failures
        on
            counted_deployments.deployment_id = failures.deployment_id
            and profile_families.profile_id = failures.profile_id
    left join link_methods on failures.failure_method = link_methods.link_method
    group by
        counted_deployments.group_family,
        counted_deployments.group_key,
        counted_deployments.period_id,
        profile_families.profile_id

),

-- What failed and what was down, with how long: not ended by the as-of date is known to
-- have lasted at least that long.
lasting as (

    select
        counted_deployments.group_family,
        counted_deployments.group_key,
        counted_deployments.period_id,
        profile_families.profile_id,
        'failed_deployment_recovery_time' as metric_id,
        case
            when failures.is_recovery_censored
                then counted_deployments.seconds_until_as_of
            else failures.recovery_seconds
        end / 3600 as hours,
        not failures.is_recovery_censored as is_observed
    from counted_deployments
    inner join profile_families
        on counted_deployments.group_family = profile_families.group_family
    inner join failures
        on
            counted_deployments.deployment_id = failures.deployment_id
            and profile_families.profile_id = failures.profile_id

    union all

    select
        counted_incidents.group_family,
        counted_incidents.group_key,
        counted_incidents.period_id,
        profile_families.profile_id,
        'time_to_restore' as metric_id,
        counted_incidents.hours,
        not counted_incidents.is_open as is_observed
    from counted_incidents
    inner join profile_families
        on counted_incidents.group_family = profile_families.group_family

),

-- By the profile's rule for what has not ended.
ruled as (

    select
        lasting.*,
        profiles.unresolved = 'censored' as is_censoring,
        case
            when profiles.unresolved != 'dropped' or lasting.is_observed
                then lasting.hours
        end as counted_hours
    from lasting
    inner join profiles on lasting.profile_id = profiles.profile_id

),

survivals as (

    select * from ruled
    where
        is_censoring
        and hours is not null

),

plain as (

    select * from ruled
    where not is_censoring

),

survival_medians as (

    {{ kaplan_meier_median(
        'survivals',
        'group_family, group_key, period_id, profile_id, metric_id',
        'hours',
        'is_observed',
    ) }}

),

survival_limits as (

    {{ kaplan_meier_limits(
        'survivals',
        'group_family, group_key, period_id, profile_id, metric_id',
        'hours',
        'is_observed',
    ) }}

),

plain_medians as (

    {{ quantile_limits(
        'plain',
        'group_family, group_key, period_id, profile_id, metric_id',
        'counted_hours',
        0.5,
    ) }}

),

durations as (

    select
        group_family,
        group_key,
        period_id,
        profile_id,
        metric_id,
        avg(counted_hours) as mean_hours,
        count(counted_hours) as n_events,
        count(*) - count(counted_hours) as n_excluded
    from ruled
    group by group_family, group_key, period_id, profile_id, metric_id

),

unioned as (

    select
        shares.group_family,
        shares.group_key,
        shares.period_id,
        shares.profile_id,
        'change_failure_rate' as metric_id,
        case
            when not recorded.is_recorded then null
            when profiles.link_rule = 'incidents_over_deployments'
                then coalesce(n_incidents.n_incidents, 0)
            else shares.n_failed
        end as numerator,
        shares.n_deployments as denominator,
        numerator / denominator as value,
        shares.n_deployments as n_events,
        0 as n_excluded,
        cast(null as double) as lower_limit,
        cast(null as double) as upper_limit
    from shares
    inner join profiles on shares.profile_id = profiles.profile_id
    left join n_incidents
        on
            shares.group_family = n_incidents.group_family
            and shares.group_key = n_incidents.group_key
            and shares.period_id = n_incidents.period_id
    cross join recorded

    union all

    select
        shares.group_family,
        shares.group_key,
        shares.period_id,
        shares.profile_id,
        'rework_rate' as metric_id,
        shares.n_unplanned as numerator,
        shares.n_deployments as denominator,
        numerator / denominator as value,
        shares.n_deployments as n_events,
        0 as n_excluded,
        null as lower_limit,
        null as upper_limit
    from shares
    inner join profiles on shares.profile_id = profiles.profile_id
    where profiles.has_rework_rate

    union all

    -- How surely it is known what failed, and of how many incidents it is known at all.
    select
        group_family,
        group_key,
        period_id,
        profile_id,
        'share_of_failures_surely_linked' as metric_id,
        n_surely_failed as numerator,
        n_failed as denominator,
        numerator / nullif(denominator, 0) as value,
        n_failed as n_events,
        0 as n_excluded,
        null as lower_limit,
        null as upper_limit
    from shares
    where profile_id = 'fairlead'

    union all

    select
        group_family,
        group_key,
        period_id,
        'fairlead' as profile_id,
        'share_of_incidents_linked' as metric_id,
        n_linked as numerator,
        n_incidents as denominator,
        numerator / denominator as value,
        n_incidents as n_events,
        0 as n_excluded,
        null as lower_limit,
        null as upper_limit
    from n_incidents

    union all

    select
        durations.group_family,
        durations.group_key,
        durations.period_id,
        durations.profile_id,
        durations.metric_id,
        null as numerator,
        null as denominator,
        case
            when profiles.aggregate = 'mean' and profiles.unresolved != 'censored'
                then durations.mean_hours
            when profiles.aggregate = 'median'
                then
                    coalesce(
                        survival_medians.median_duration, plain_medians.quantile_value
                    )
        end as value,
        durations.n_events,
        durations.n_excluded,
        case
            when profiles.aggregate = 'median'
                then coalesce(survival_limits.lower_limit, plain_medians.lower_limit)
        end as lower_limit,
        case
            when profiles.aggregate = 'median'
                then coalesce(survival_limits.upper_limit, plain_medians.upper_limit)
        end as upper_limit
    from durations
    inner join profiles on durations.profile_id = profiles.profile_id
    left join survival_medians
        on
            durations.group_family = survival_medians.group_family
            and durations.group_key = survival_medians.group_key
            and durations.period_id = survival_medians.period_id
            and durations.profile_id = survival_medians.profile_id
            and durations.metric_id = survival_medians.metric_id
    left join survival_limits
        on
            durations.group_family = survival_limits.group_family
            and durations.group_key = survival_limits.group_key
            and durations.period_id = survival_limits.period_id
            and durations.profile_id = survival_limits.profile_id
            and durations.metric_id = survival_limits.metric_id
    left join plain_medians
        on
            durations.group_family = plain_medians.group_family
            and durations.group_key = plain_medians.group_key
            and durations.period_id = plain_medians.period_id
            and durations.profile_id = plain_medians.profile_id
            and durations.metric_id = plain_medians.metric_id

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
        cast(unioned.numerator as double) as numerator,
        cast(unioned.denominator as double) as denominator,
        unioned.n_events,
        unioned.n_excluded,
        case
            when unioned.n_excluded > 0
                then 'not ended by the as-of date, or its end before its start'
        end as exclusion_note,
        unioned.lower_limit,
        unioned.upper_limit
    from unioned
    inner join periods on unioned.period_id = periods.period_id

)

select * from final
