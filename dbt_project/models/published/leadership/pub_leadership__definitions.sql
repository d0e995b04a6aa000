-- The delivery and reliability keys of the whole organisation under each definition
-- profile, with the definition in words and what differs from our own.
with

cells as (

    select * from {{ ref('coh_gated_cells') }}
    where
        cohort_family = 'organisation'
        and metric_id in (
            'deployment_frequency',
            'lead_time_for_changes',
            'change_failure_rate',
            'failed_deployment_recovery_time',
            'time_to_restore',
            'rework_rate'
        )

),

profiles as (

    select * from {{ ref('definition_profiles') }}

),

words as (

    select map(list(term), list(meaning)) as said
    from {{ ref('definition_words') }}

),

caps as (

    select
        profile_id,
        case
            when link_cap_hours is null then 'without a limit of time'
            else format('within {:g} hours', link_cap_hours)
        end as cap_words
    from profiles

),

described as (

    select
        profiles.profile_id,
        profiles.profile_label,
        profiles.position as profile_position,
        profiles.link_rule,
        words.said[profiles.start_event] as start_words,
        words.said[profiles.end_event] as end_words,
        words.said[profiles.aggregate] as aggregate_words,
        words.said[profiles.baseline] as baseline_words,
        words.said[profiles.unresolved] as unresolved_words,
        case
            when profiles.link_rule in ('first_that_applies', 'latest_deployment')
                then words.said[profiles.link_rule] || ', ' || caps.cap_words
            else words.said[profiles.link_rule]
        end as failure_words
    from profiles
    inner join caps on profiles.profile_id = caps.profile_id
    cross join words

),

ours as (

    select * from described
    where profile_id = 'fairlead'

),

-- What each metric is, and the parts of it in which a profile may differ.
stated as (

    select
        described.profile_id,
        described.profile_label,
        described.profile_position,
        'lead_time_for_changes' as metric_id,
        'From ' || described.start_words || ' to ' || described.end_words || '; '
        || described.aggregate_words || '; ' || described.baseline_words || '.'
            as definition,
        concat_ws(
            '; ',
            'starts at ' || nullif(described.start_words, ours.start_words),
            'ends at ' || nullif(described.end_words, ours.end_words),
            nullif(described.aggregate_words, ours.aggregate_words),
            nullif(described.baseline_words, ours.baseline_words)
        ) as differing_parts
    from described
    cross join ours

    union all

    select
        described.profile_id,
        described.profile_label,
        described.profile_position,
        'change_failure_rate' as metric_id,
        'Counts ' || described.failure_words || '; over deployments.' as definition,
        coalesce(
            'counts ' || nullif(described.failure_words, ours.failure_words), ''
        )
            as differing_parts
    from described
    cross join ours

    union all

    select
        described.profile_id,
        described.profile_label,
        described.profile_position,
        'failed_deployment_recovery_time' as metric_id,
        'From the end of a deployment that failed to its recovery; failed are '
        || described.failure_words || '; ' || described.aggregate_words || '; '
        || described.unresolved_words || '.' as definition,
        concat_ws(
            '; ',
            'counts ' || nullif(described.failure_words, ours.failure_words),
            nullif(described.aggregate_words, ours.aggregate_words),
            nullif(described.unresolved_words, ours.unresolved_words)
        ) as differing_parts
    from described
    cross join ours

    union all

    select
        described.profile_id,
        described.profile_label,
        described.profile_position,
        'time_to_restore' as metric_id,
        'From the detection of an incident to its resolution; '
        || described.aggregate_words || '; ' || described.unresolved_words || '.'
            as definition,
        concat_ws(
            '; ',
            nullif(described.aggregate_words, ours.aggregate_words),
            nullif(described.unresolved_words, ours.unresolved_words)
        ) as differing_parts
    from described
    cross join ours

    union all

    select
        profile_id,
        profile_label,
        profile_position,
        'deployment_frequency' as metric_id,
        'Days of a week with a deployment; the median over whole weeks of services.'
            as definition,
        '' as differing_parts
    from described

    union all

    select
        profile_id,
        profile_label,
        profile_position,
        'rework_rate' as metric_id,
        'Deployments that were not planned; over deployments.' as definition,
        '' as differing_parts
    from described

),

final as (

    select
        cells.cell_id,
        cells.cohort_family,
        cells.cohort_family_label,
        cast(cells.family_position as integer) as family_position,
        cells.cohort_key,
        cells.cohort_label,
        cast(cells.period_start as date) as period_start,
        cells.period_label,
        cells.metric_id,
        cells.metric_label,
        cells.category,
        cast(cells.metric_position as integer) as metric_position,
        stated.profile_id,
        stated.profile_label,
        cast(stated.profile_position as integer) as profile_position,
        stated.definition,
        case
            when stated.profile_id = 'fairlead' then 'our own'
            when stated.differing_parts = '' then 'nothing'
            else stated.differing_parts
        end as differs_in,
        cells.unit,
        cells.status,
        cells.value,
        cells.value_text,
        cells.confidence,
        cells.people_band,
        format('{:.0f}', cells.n_excluded) as excluded_band,
        cells.exclusion_note
    from cells
    inner join stated
        on
            cells.profile_id = stated.profile_id
            and cells.metric_id = stated.metric_id

)

select * from final
