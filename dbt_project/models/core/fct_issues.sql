with

issues as (

    select * from {{ ref('int_issues_unioned') }}
    where created_at <= {{ as_of() }}

),

classified as (

    select * from {{ ref('int_issues_classified') }}

),

aliases as (

    select * from {{ ref('int_service_aliases') }}

),

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

clocks as (

    select * from {{ ref('bridge_service_clocks') }}

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
labelled as (

    select
        issue_id,
        repository,
        created_at,
        unnest(labels) as label_name
    from timed

),

addresses as (

    select
        issue_id,
        created_at,
        unnest(['catalogue', 'repository']) as alias_kind,
        unnest([declared_service_id, repository]) as service_alias
    from timed

    union all

    select
        issue_id,
        created_at,
        'catalogue' as alias_kind,
        unnest(components) as service_alias
    from timed

    union all

    -- A tracker without repositories names the service itself.
    select
        issue_id,
        created_at,
        case when repository is null then 'catalogue' else 'part_of_repository' end
            as alias_kind,
        coalesce(repository || '#', '')
        || substr(label_name, length('service:') + 1) as service_alias
    from labelled
    where starts_with(label_name, 'service:')

),

addressed as (

    select
        addresses.issue_id,
        min(aliases.service_id) as service_id
    from addresses
    inner join aliases
        on
            addresses.alias_kind = aliases.alias_kind
            and addresses.service_alias = aliases.service_alias
            and {{ is_valid_at('addresses.created_at', 'aliases') }}
    group by addresses.issue_id

),

final as (

    select
        timed.issue_id,
        timed.repository,
        timed.number,
        addressed.service_id,
        owners.team_id,
        timed.issue_type,
        timed.issue_type = 'defect' as is_defect,
        timed.found_in,
        -- Unknown where nobody said: silence is not development.
        timed.found_in = 'production' as is_found_in_production,
        timed.state_reason,
        timed.created_at as opened_at,
        {{ counted_on('timed.created_at', 'clocks') }} as counted_on,
        timed.closed_at,
        timed.closed_at is null as is_open,
        {{ seconds_between('timed.created_at', 'timed.closed_at') }}
            as time_to_close_seconds
    from timed
    left join addressed on timed.issue_id = addressed.issue_id
    left join owners
        on
            addressed.service_id = owners.service_id
            and {{ is_valid_at('timed.created_at', 'owners') }}
    left join clocks
        on
            addressed.service_id = clocks.service_id
            and {{ is_valid_at('timed.created_at', 'clocks') }}
    qualify row_number() over (
        partition by timed.issue_id order by owners.team_id, clocks.team_id
    ) = 1

)

select * from final
