with

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
    from {{ ref('metric_catalog') }}

)

select * from final
