-- What a tool says that somebody did about an incident or a deployment, apart from
-- being paged. When commits were written is not asked.
with

log_entries as (

    select * from {{ ref('stg_pagerduty__log_entries') }}

),

deployments as (

    select * from {{ ref('stg_github__deployments') }}

),

environments as (

    select * from {{ ref('environments') }}

),

unioned as (

    select
        'incident' as kind,
        log_entry_id as interruption_id,
        incident_id,
        'pagerduty' as identity_system,
        agent_id as identity,
        created_at as happened_at
    from log_entries
    where
        entry_type in ('acknowledge_log_entry', 'resolve_log_entry')
        and starts_with(agent_type, 'user')

    union all

    -- Whoever started it; a pipeline interrupts nobody. What production is, is told as
    -- for every deployment: by its name, else by what GitHub says of it.
    select
        'deployment' as kind,
        'deployment/' || deployments.deployment_id as interruption_id,
        null as incident_id,
        'github' as identity_system,
        deployments.creator_login as identity,
        deployments.created_at as happened_at
    from deployments
    left join environments on deployments.environment = environments.environment
    where
        deployments.creator_type = 'User'
        and coalesce(
            environments.environment_class = 'production',
            deployments.is_production_environment
        )

),

final as (

    select * from unioned
    where happened_at <= {{ as_of() }}

)

select * from final
