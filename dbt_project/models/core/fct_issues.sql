with

issues as (

    select * from {{ ref('int_issues_unioned') }}
    where created_at <= {{ as_of() }}

),

classified as (

    select * from {{ ref('int_issues_classified') }}

),

services as (

    select * from {{ ref('int_services_resolved') }}

),

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

-- Closed after the as-of date is still open on it.
timed as (

    select
        issues.* exclude (state_reason, closed_at),
        coalesce(classified.issue_type, issues.declared_type) as issue_type,
        coalesce(classified.found_in, issues.declared_found_in) as found_in,
        case when issues.closed_at <= {{ as_of() }} then issues.closed_at end
            as closed_at,
        case when issues.closed_at <= {{ as_of() }} then issues.state_reason end
            as state_reason
    from issues
    left join classified on issues.issue_id = classified.issue_id

),

-- A repository with several services: only an issue with a service's label counts for
-- it.
final as (

    select
        timed.issue_id,
        timed.repository,
        timed.number,
        services.service_id,
        owners.team_id,
        timed.issue_type,
        timed.issue_type = 'defect' as is_defect,
        timed.found_in,
        -- Unknown where nobody said: silence is not development.
        timed.found_in = 'production' as is_found_in_production,
        timed.state_reason,
        timed.created_at as opened_at,
        timed.closed_at,
        timed.closed_at is null as is_open,
        {{ seconds_between('timed.created_at', 'timed.closed_at') }}
            as time_to_close_seconds
    from timed
    left join services
        on
            {{ is_valid_at('timed.created_at', 'services') }}
            and (
                timed.declared_service_id = services.service_id
                or (
                    timed.repository = services.repository
                    and (
                        services.n_services_of_repository = 1
                        or list_contains(
                            timed.labels, 'service:' || services.service_name
                        )
                        or list_contains(
                            timed.labels, 'service:' || services.service_id
                        )
                    )
                )
            )
    left join owners
        on
            services.service_id = owners.service_id
            and {{ is_valid_at('timed.created_at', 'owners') }}
    qualify row_number() over (
        partition by timed.issue_id order by services.service_id, owners.team_id
    ) = 1

)

select * from final
