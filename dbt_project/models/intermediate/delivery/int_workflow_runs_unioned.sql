-- Automated checks of every tool, attempt by attempt.
with

github as (

    select * from {{ ref('stg_github__workflow_runs') }}

),

gitlab as (

    select * from {{ ref('stg_gitlab__pipelines') }}

),

final as (

    select
        workflow_run_id,
        run_attempt,
        true as is_each_attempt_told,
        repository,
        head_sha,
        workflow_name,
        trigger_event,
        conclusion,
        created_at,
        -- Only the first attempt starts when the run was created.
        coalesce(run_started_at, case when run_attempt = 1 then created_at end)
            as started_at,
        updated_at as ended_at
    from github

    union all

    -- A pipeline that is run again keeps its id: GitLab tells its last outcome only.
    select
        'gitlab/' || pipeline_id as workflow_run_id,
        1 as run_attempt,
        false as is_each_attempt_told,
        repository,
        head_sha,
        coalesce(pipeline_name, 'pipeline') as workflow_name,
        trigger_source as trigger_event,
        case status
            when 'success' then 'success'
            when 'failed' then 'failure'
            when 'canceled' then 'cancelled'
            when 'skipped' then 'skipped'
        end as conclusion,
        created_at,
        coalesce(started_at, created_at) as started_at,
        coalesce(finished_at, updated_at) as ended_at
    from gitlab

)

select * from final
