-- What was delivered and did not hold, and how well it is tested: of every group of
-- services, by week, month and quarter.
with

changes as (

    select * from {{ ref('fct_changes') }}

),

deployments as (

    select * from {{ ref('fct_deployments') }}
    where
        environment = 'production'
        and status = 'success'

),

incidents as (

    select * from {{ ref('fct_incidents') }}

),

issues as (

    select * from {{ ref('fct_issues') }}

),

workflow_runs as (

    select * from {{ ref('fct_workflow_runs') }}

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

reverted_changes as (

    select distinct reverts_change_id as change_id
    from changes
    where
        is_revert
        and reverts_change_id is not null

),

-- The same cause again, of the same service, within the days of the threshold. An
-- incident without a cause is left out: nobody knows whether it came back.
caused_incidents as (

    select
        service_id,
        detected_at,
        counted_on,
        root_cause,
        lag(detected_at) over (
            partition by service_id, root_cause order by detected_at, incident_id
        ) as previous_detected_at
    from incidents

),

-- One row per event with the moment at which it counts. `part` tells what it is one of.
events as (

    select
        'change' as part,
        changes.service_id,
        changes.deployed_at as counted_at,
        changes.counted_on,
        reverted_changes.change_id is not null as is_hit,
        cast(null as double) as hours,
        true as is_observed
    from changes
    left join reverted_changes on changes.change_id = reverted_changes.change_id

    union all

    select
        'deployment' as part,
        service_id,
        finished_at as counted_at,
        counted_on,
        is_rollback as is_hit,
        cast(null as double) as hours,
        true as is_observed
    from deployments

    union all

    select
        'incident' as part,
        service_id,
        detected_at as counted_at,
        counted_on,
        case
            when root_cause is not null
                then coalesce(
                    {{ seconds_between('previous_detected_at', 'detected_at') }}
                    <= 86400 * {{ threshold('recurrence_days') }},
                    false
                )
        end as is_hit,
        cast(null as double) as hours,
        true as is_observed
    from caused_incidents

    union all

    select
        'defect' as part,
        service_id,
        opened_at as counted_at,
        counted_on,
        is_found_in_production as is_hit,
        -- Unknown where it was closed before it was opened.
        case
            when is_open then {{ seconds_between('opened_at', as_of()) }}
            else time_to_close_seconds
        end / 3600 as hours,
        not is_open as is_observed
    from issues
    where is_defect

    union all

    -- What a check came to in the end; one that was cancelled or skipped, to nothing.
    select
        'check' as part,
        service_id,
        started_at as counted_at,
        counted_on,
        conclusion = 'failure' as is_hit,
        cast(null as double) as hours,
        true as is_observed
    from workflow_runs
    where
        is_last_attempt
        and conclusion in ('success', 'failure')

    union all

    select
        'flaky_check' as part,
        service_id,
        started_at as counted_at,
        counted_on,
        is_flaky as is_hit,
        cast(null as double) as hours,
        true as is_observed
    from workflow_runs
    where
        is_last_attempt
        and conclusion in ('success', 'failure')

),

grouped as (

    select
        service_groups.group_family,
        service_groups.group_key,
        period_days.period_id,
        events.part,
        events.is_hit,
        events.hours,
        events.is_observed
    from events
    inner join service_groups
        on
            events.service_id = service_groups.service_id
            and {{ is_valid_at('events.counted_at', 'service_groups') }}
    inner join period_days
        on
            {{ counts_in('events.counted_on', 'period_days', 'service_groups') }}

),

counted as (

    select
        group_family,
        group_key,
        period_id,
        part,
        count(*) as n_events,
        count(is_hit) as n_known,
        count(*) filter (where is_hit) as n_hits
    from grouped
    group by group_family, group_key, period_id, part

),

defects as (

    select * from grouped
    where
        part = 'defect'
        and hours is not null

),

fix_counts as (

    select
        group_family,
        group_key,
        period_id,
        count(hours) as n_events,
        count(*) - count(hours) as n_excluded
    from grouped
    where part = 'defect'
    group by group_family, group_key, period_id

),

fix_medians as (

    {{ kaplan_meier_median(
        'defects',
        'group_family, group_key, period_id',
        'hours',
        'is_observed',
    ) }}

),

fix_limits as (

    {{ kaplan_meier_limits(
        'defects',
        'group_family, group_key, period_id',
        'hours',
        'is_observed',
    ) }}

),

defect_history as (

    select count(*) > 0 as is_recorded
    from issues
    where is_defect

),

unioned as (

    select
        group_family,
        group_key,
        period_id,
        case part
            when 'change' then 'share_of_changes_reverted'
            when 'deployment' then 'rollback_rate'
            when 'incident' then 'incident_recurrence'
            when 'check' then 'check_failure_rate'
            when 'flaky_check' then 'flaky_check_rate'
        end as metric_id,
        n_hits / nullif(n_known, 0) as value,
        cast(n_hits as double) as numerator,
        cast(n_known as double) as denominator,
        n_known as n_events,
        n_events - n_known as n_excluded,
        cast(null as double) as lower_limit,
        cast(null as double) as upper_limit
    from counted
    where part != 'defect'

    union all

    -- Without any defect recorded nobody knows how many escaped; nor where nobody said
    -- of any where it was found.
    select
        deployed.group_family,
        deployed.group_key,
        deployed.period_id,
        'escaped_defects_per_100_changes' as metric_id,
        case
            when coalesce(found.n_known > 0, true)
                then 100 * coalesce(found.n_hits, 0) / deployed.n_events
        end as value,
        cast(coalesce(found.n_hits, 0) as double) as numerator,
        deployed.n_events / 100 as denominator,
        deployed.n_events,
        coalesce(found.n_events - found.n_known, 0) as n_excluded,
        cast(null as double) as lower_limit,
        cast(null as double) as upper_limit
    from counted as deployed
    inner join defect_history on defect_history.is_recorded
    left join counted as found
        on
            deployed.group_family = found.group_family
            and deployed.group_key = found.group_key
            and deployed.period_id = found.period_id
            and found.part = 'defect'
    where deployed.part = 'change'

    union all

    select
        fix_counts.group_family,
        fix_counts.group_key,
        fix_counts.period_id,
        'defect_time_to_fix' as metric_id,
        fix_medians.median_duration as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        fix_counts.n_events,
        fix_counts.n_excluded,
        fix_limits.lower_limit,
        fix_limits.upper_limit
    from fix_counts
    left join fix_medians
        on
            fix_counts.group_family = fix_medians.group_family
            and fix_counts.group_key = fix_medians.group_key
            and fix_counts.period_id = fix_medians.period_id
    left join fix_limits
        on
            fix_counts.group_family = fix_limits.group_family
            and fix_counts.group_key = fix_limits.group_key
            and fix_counts.period_id = fix_limits.period_id

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
            when unioned.n_excluded = 0 then null
            when unioned.metric_id = 'incident_recurrence' then 'no cause recorded'
            when unioned.metric_id = 'escaped_defects_per_100_changes'
                then 'nobody said where it was found'
            when unioned.metric_id = 'defect_time_to_fix'
                then 'closed before it was opened'
            else 'an earlier attempt was not collected'
        end as exclusion_note,
        unioned.lower_limit,
        unioned.upper_limit
    from unioned
    inner join periods on unioned.period_id = periods.period_id

)

select * from final
