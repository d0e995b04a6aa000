-- What leadership can see somewhere; a family without cohorts stays in the warehouse.
with

catalog as (

    select * from {{ ref('metric_catalog') }}

),

families as (

    select distinct page_family
    from {{ ref('cohort_families') }}

),

final as (

    select
        metric_id,
        metric_label,
        category,
        unit,
        grain,
        direction,
        what_it_tells,
        risk_if_used_alone,
        fair_use,
        shown_beside,
        action,
        action_owner,
        profile_id,
        contributor_rule,
        cast(position as integer) as position
    from catalog
    where page_family in (select families.page_family from families)

)

select * from final
