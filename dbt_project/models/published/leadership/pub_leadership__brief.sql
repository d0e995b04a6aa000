-- The brief, written from what the gate let out. A sentence whose numbers are withheld
-- or missing is not written; nothing is said of groups, only of the whole.
with

cells as (

    select * from {{ ref('coh_gated_cells') }}
    where
        cohort_family = 'organisation'
        and profile_id = 'fairlead'

),

catalog as (

    select * from {{ ref('metric_catalog') }}

),

latest_period as (

    select
        period_start,
        period_label
    from cells
    qualify row_number() over (order by period_start desc) = 1

),

latest as (

    select
        cells.metric_id,
        cells.metric_label,
        cells.unit,
        cells.value,
        cells.value_text,
        earlier.value_text as value_text_before,
        earlier.period_label as period_label_before
    from cells
    inner join latest_period on cells.period_start = latest_period.period_start
    left join cells as earlier
        on
            cells.metric_id = earlier.metric_id
            -- A weak value is compared with nothing.
            and cells.confidence != 'weak'
            and earlier.confidence != 'weak'
            and earlier.period_start = latest_period.period_start - interval 3 month
    where cells.status = 'shown'

),

-- "41 h (2026-Q2: 38 h)": the number, and what it was the quarter before.
phrases as (

    select
        metric_id,
        metric_label,
        value,
        regexp_replace(
            regexp_replace(value_text, ' per (week|month)$', ''),
            '^1 (day|page)s$',
            '1 \1'
        )
        || case
            when value_text_before is null then ''
            else
                ' (' || period_label_before || ': '
                || rtrim(
                    regexp_extract(value_text_before, '^[0-9.]+ ?(%|h|min|days)?')
                )
                || ')'
        end as phrase
    from latest

),

longest_part as (

    select
        phrases.metric_label,
        phrases.phrase,
        catalog.action,
        catalog.action_owner
    from phrases
    inner join catalog on phrases.metric_id = catalog.metric_id
    where
        phrases.metric_id in (
            'coding_time', 'pickup_time', 'review_time', 'deploy_time'
        )
    qualify row_number() over (order by phrases.value desc, phrases.metric_id asc) = 1

),

night_pages as (

    select
        catalog.action,
        catalog.action_owner
    from phrases
    inner join catalog on phrases.metric_id = catalog.metric_id
    where
        phrases.metric_id = 'sleep_hours_pages_per_person'
        and phrases.value > 0

),

wide as (

    select
        max(phrase) filter (where metric_id = 'lead_time_for_changes')
            as lead_time_for_changes,
        max(phrase) filter (where metric_id = 'deployment_frequency')
            as deployment_frequency,
        max(phrase) filter (where metric_id = 'change_failure_rate')
            as change_failure_rate,
        max(phrase) filter (where metric_id = 'failed_deployment_recovery_time')
            as failed_deployment_recovery_time,
        max(phrase) filter (where metric_id = 'pages_per_person')
            as pages_per_person,
        max(phrase) filter (where metric_id = 'after_hours_pages_per_person')
            as after_hours_pages_per_person,
        max(phrase) filter (where metric_id = 'share_of_people_paged_in_sleep_hours')
            as share_of_people_paged_in_sleep_hours
    from phrases

),

sentences as (

    select
        1 as position,
        'story' as kind,
        'Half of all changes reached production within ' || lead_time_for_changes
        || ' of their first commit. '
        || coalesce(
            'Of the deployments, ' || change_failure_rate
            || ' led to an incident or were rolled back.',
            'How many deployments failed is not known.'
        ) as sentence,
        '/delivery-and-reliability' as link
    from wide

    union all

    select
        2 as position,
        'story' as kind,
        'In a typical week a service was deployed on ' || deployment_frequency || '. '
        || coalesce(
            'When a deployment failed, half were put right within '
            || failed_deployment_recovery_time || '.',
            'How long failures lasted is not known.'
        ) as sentence,
        '/delivery-and-reliability' as link
    from wide

    union all

    select
        3 as position,
        'risk' as kind,
        'On-call work reached into private time. Someone on call received '
        || pages_per_person || ' a month, of which ' || after_hours_pages_per_person
        || ' came after hours; ' || share_of_people_paged_in_sleep_hours
        || ' were paged in sleep hours at least once.' as sentence,
        '/on-call-load' as link
    from wide

    union all

    select
        4 as position,
        'recommendation' as kind,
        'The longest part of lead time was ' || lower(metric_label) || ', ' || phrase
        || '. ' || action || '. Owner: ' || action_owner || '.' as sentence,
        '/delivery-and-reliability' as link
    from longest_part

    union all

    select
        5 as position,
        'recommendation' as kind,
        'For the nights: ' || lower(action[1]) || action[2:] || '. Owner: '
        || action_owner || '.' as sentence,
        '/on-call-load' as link
    from night_pages

),

final as (

    select
        cast(sentences.position as integer) as position,
        sentences.kind,
        sentences.sentence,
        sentences.link,
        latest_period.period_label
    from sentences
    cross join latest_period
    where sentences.sentence is not null

)

select * from final
