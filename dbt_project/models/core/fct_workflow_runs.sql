with

runs as (

    select * from {{ ref('int_workflow_runs_unioned') }}
    where coalesce(started_at, created_at) <= {{ as_of() }}

),

aliases as (

    select * from {{ ref('int_service_aliases') }}
    where alias_kind = 'repository'

),

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

clocks as (

    select * from {{ ref('bridge_service_clocks') }}

),

-- What ended after the as-of date was still running on it.
ended as (

    select
        * exclude (conclusion),
        case when ended_at <= {{ as_of() }} then conclusion end as conclusion
    from runs

),

with_earlier as (

    select
        *,
        count(*) over earlier as n_earlier_known,
        bool_or(conclusion in ('failure', 'timed_out')) over earlier
            as is_earlier_failed,
        row_number() over (
            partition by workflow_run_id order by run_attempt desc
        ) = 1 as is_last_attempt
    from ended
    window
        earlier as (
            partition by workflow_run_id
            order by run_attempt
            rows between unbounded preceding and 1 preceding
        )

),

-- A check that failed and then passed on one commit told nothing about the commit. An
-- earlier attempt that was not collected leaves that unknown.
final as (

    select
        with_earlier.workflow_run_id || '/' || with_earlier.run_attempt
            as workflow_run_attempt_id,
        with_earlier.workflow_run_id,
        with_earlier.run_attempt,
        with_earlier.repository,
        aliases.service_id,
        owners.team_id,
        with_earlier.head_sha,
        with_earlier.workflow_name,
        with_earlier.trigger_event,
        with_earlier.conclusion,
        case
            when with_earlier.is_each_attempt_told then with_earlier.run_attempt > 1
        end as is_rerun,
        with_earlier.is_last_attempt,
        case
            when not with_earlier.is_each_attempt_told then null
            when with_earlier.run_attempt = 1 then false
            when with_earlier.conclusion is null then null
            when with_earlier.conclusion != 'success' then false
            when with_earlier.is_earlier_failed then true
            when with_earlier.n_earlier_known = with_earlier.run_attempt - 1 then false
        end as is_flaky,
        with_earlier.started_at,
        {{ counted_on('with_earlier.started_at', 'clocks') }} as counted_on,
        case when with_earlier.conclusion is not null then with_earlier.ended_at end
            as ended_at,
        case
            when with_earlier.conclusion is not null
                then
                    {{ seconds_between(
                        'with_earlier.started_at', 'with_earlier.ended_at'
                    ) }}
        end as duration_seconds
    from with_earlier
    left join aliases
        on
            with_earlier.repository = aliases.service_alias
            and {{ is_valid_at('with_earlier.started_at', 'aliases') }}
    left join owners
        on
            aliases.service_id = owners.service_id
            and {{ is_valid_at('with_earlier.started_at', 'owners') }}
    left join clocks
        on
            aliases.service_id = clocks.service_id
            and {{ is_valid_at('with_earlier.started_at', 'clocks') }}
    qualify row_number() over (
        partition by with_earlier.workflow_run_id, with_earlier.run_attempt
        order by aliases.service_id, owners.team_id, clocks.team_id
    ) = 1

)

select * from final
