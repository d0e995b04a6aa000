-- One deployment per incident under each definition profile: the first method of its
-- rule that applies within its cap, and of that method the latest deployment.
with

candidates as (

    select * from {{ ref('bridge_incident_deployment_candidates') }}

),

profiles as (

    select * from {{ ref('definition_profiles') }}

),

link_rules as (

    select * from {{ ref('link_rules') }}

),

link_methods as (

    select * from {{ ref('incident_link_methods') }}

),

final as (

    select
        profiles.profile_id,
        candidates.incident_id,
        candidates.deployment_id,
        candidates.link_method,
        link_methods.link_confidence,
        candidates.gap_seconds
    from candidates
    inner join link_rules on candidates.link_method = link_rules.link_method
    inner join profiles
        on
            link_rules.link_rule = profiles.link_rule
            and coalesce(
                candidates.elapsed_seconds <= 3600 * profiles.link_cap_hours, true
            )
    inner join link_methods on candidates.link_method = link_methods.link_method
    qualify row_number() over (
        partition by profiles.profile_id, candidates.incident_id
        order by
            link_methods.preference asc,
            candidates.finished_at desc,
            candidates.started_at desc,
            length(candidates.deployment_id) desc,
            candidates.deployment_id desc
    ) = 1

)

select * from final
