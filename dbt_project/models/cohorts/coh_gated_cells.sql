-- What the gate lets out: values at published precision, or the word for their absence.
-- No count of people and no numerator passes.
with

cells as (

    select * from {{ ref('coh_cells') }}

),

decisions as (

    select * from {{ ref('coh_gate') }}

),

families as (

    select * from {{ ref('cohort_families') }}

),

catalog as (

    select * from {{ ref('metric_catalog') }}

),

profiles as (

    select * from {{ ref('definition_profiles') }}

),

-- Incidents over deployments are no share: they may be more than the deployments.
of_profiles as (

    select
        cells.cell_id,
        case
            when
                cells.metric_id = 'change_failure_rate'
                and profiles.link_rule = 'incidents_over_deployments'
                then 'incidents per deployment'
            else catalog.unit
        end as unit
    from cells
    inner join profiles on cells.profile_id = profiles.profile_id
    inner join catalog on cells.metric_id = catalog.metric_id

),

rounded as (

    select
        cells.cell_id,
        cells.page_family,
        cells.cohort_family,
        families.cohort_family_label,
        families.position as family_position,
        cells.cohort_key,
        case cells.cohort_key
            when 'all' then 'Whole organisation'
            else replace(cells.cohort_key, '_', ' ')
        end as cohort_label,
        cells.period_start,
        cells.period_label,
        cells.metric_id,
        cells.profile_id,
        catalog.metric_label,
        catalog.category,
        catalog.position as metric_position,
        of_profiles.unit,
        case decisions.decision
            when 'published' then 'shown'
            else decisions.decision
        end as status,
        case
            when decisions.decision != 'published' then null
            when catalog.precision_rule = 'share_of_people'
                then {{ stepped_share('cells.value', 'decisions.n_people') }}
            when
                catalog.precision_rule = 'share_of_events'
                and of_profiles.unit = 'share'
                then round(cells.value, 2)
            else {{ two_significant_digits('cells.value') }}
        end as value,
        decisions.people_band,
        case
            when decisions.decision = 'published' and cells.n_excluded > 0
                then {{ two_significant_digits('cells.n_excluded') }}
        end as n_excluded,
        case when decisions.decision = 'published' then cells.exclusion_note end
            as exclusion_note,
        case when decisions.decision = 'published' then cells.confidence end
            as confidence
    from cells
    inner join decisions on cells.cell_id = decisions.cell_id
    inner join catalog on cells.metric_id = catalog.metric_id
    inner join of_profiles on cells.cell_id = of_profiles.cell_id
    inner join families
        on
            cells.page_family = families.page_family
            and cells.cohort_family = families.cohort_family

),

final as (

    select
        *,
        case
            when status != 'shown' then status
            when unit = 'share' then format('{:.0f} %', 100 * value)
            when unit = 'hours' and value >= 48
                then format('{:g} days', round(value / 24, 1))
            when unit = 'hours' and value < 1 then format('{:.0f} min', 60 * value)
            when unit = 'hours' then format('{:g} h', value)
            when value = 1
                then '1 ' || regexp_replace(unit, '^(day|night|page)s', '\1')
            else format('{:g} {}', value, unit)
        end as value_text
    from rounded

)

select * from final
