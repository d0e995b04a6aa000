-- What stands in the way of teams and none of them can remove alone: services without
-- an owner, hand-overs, re-organisations, and changes that wait for another team.
with

changes as (

    select * from {{ ref('fct_changes') }}

),

services as (

    select * from {{ ref('dim_service') }}
    where is_declared

),

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

teams as (

    select * from {{ ref('dim_team') }}

),

service_groups as (

    select * from {{ ref('bridge_service_groups') }}

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain != 'week'

),

-- Without any record of owners it is not known which services have none.
period_days as (

    {{ days_of('periods') }}

),

recorded as (

    select count(*) > 0 as is_recorded
    from owners

),

beginning as (

    select min(valid_from) as first_day
    from teams

),

-- Of services in use at the end of a period; a repository that no catalogue names is
-- none. Groups that come from the owner have none without.
services_at_end as (

    select
        service_groups.group_family,
        service_groups.group_key,
        periods.period_id,
        count(distinct service_groups.service_id) as n_services,
        case
            when any_value(recorded.is_recorded)
                then count(distinct service_groups.service_id) filter (
                    where owners.service_id is null
                )
        end as n_without_owner
    from service_groups
    inner join periods
        on {{ is_valid_at('periods.period_end', 'service_groups') }}
    inner join services
        on
            service_groups.service_id = services.service_id
            and {{ is_valid_at('periods.period_end', 'services') }}
    left join owners
        on
            service_groups.service_id = owners.service_id
            and {{ is_valid_at('periods.period_end', 'owners') }}
    cross join recorded
    where service_groups.group_family in ('organisation', 'criticality', 'mission')
    group by
        service_groups.group_family, service_groups.group_key, periods.period_id

),

takeovers as (

    select
        service_id,
        valid_from
    from owners
    qualify team_id != lag(team_id) over (
        partition by service_id order by valid_from, team_id
    )

),

handed_over as (

    select
        service_groups.group_family,
        service_groups.group_key,
        periods.period_id,
        case
            when any_value(recorded.is_recorded)
                then count(distinct takeovers.service_id)
        end as n_handed_over
    from service_groups
    inner join periods
        on
            service_groups.valid_from < periods.period_end
            and coalesce(service_groups.valid_to > periods.period_start, true)
    left join takeovers
        on
            service_groups.service_id = takeovers.service_id
            and periods.period_start <= takeovers.valid_from
            and periods.period_end > takeovers.valid_from
            and {{ is_valid_at('takeovers.valid_from', 'service_groups') }}
    cross join recorded
    where service_groups.group_family in ('organisation', 'division')
    group by
        service_groups.group_family, service_groups.group_key, periods.period_id

),

with_previous as (

    select
        team_id,
        team_name,
        department,
        division,
        valid_from,
        lag(valid_to) over by_team as previous_valid_to,
        lag(team_name) over by_team as previous_team_name,
        lag(department) over by_team as previous_department,
        lag(division) over by_team as previous_division
    from teams
    window by_team as (partition by team_id order by valid_from)

),

-- A team that is founded, renamed, moved or dissolved. The day on which the history of
-- teams begins founds nobody, and a team that only gets another clock stays what it is.
team_changes as (

    select
        with_previous.team_id,
        with_previous.division,
        with_previous.valid_from as changed_at
    from with_previous
    inner join beginning on with_previous.valid_from > beginning.first_day
    where
        with_previous.previous_valid_to is distinct from with_previous.valid_from
        or with_previous.team_name != with_previous.previous_team_name
        or with_previous.department is distinct from with_previous.previous_department
        or with_previous.division is distinct from with_previous.previous_division

    union all

    select
        team_id,
        division,
        valid_to as changed_at
    from teams
    qualify
        valid_to is not null
        and row_number() over (partition by team_id order by valid_from desc) = 1

),

grouped_teams as (

    select
        'organisation' as group_family,
        'all' as group_key,
        team_id,
        valid_from,
        valid_to
    from teams

    union all

    select
        'division' as group_family,
        division as group_key,
        team_id,
        valid_from,
        valid_to
    from teams
    where division is not null

),

reorganised as (

    select
        grouped_teams.group_family,
        grouped_teams.group_key,
        periods.period_id,
        count(distinct team_changes.team_id) as n_reorganised
    from grouped_teams
    inner join periods
        on
            grouped_teams.valid_from < periods.period_end
            and coalesce(grouped_teams.valid_to >= periods.period_start, true)
    left join team_changes
        on
            grouped_teams.team_id = team_changes.team_id
            and grouped_teams.group_key in ('all', team_changes.division)
            and periods.period_start <= team_changes.changed_at
            and periods.period_end > team_changes.changed_at
    group by
        grouped_teams.group_family, grouped_teams.group_key, periods.period_id

),

grouped_changes as (

    select
        service_groups.group_family,
        service_groups.group_key,
        period_days.period_id,
        changes.is_first_review_by_another_team,
        case
            when changes.is_first_review_by_another_team
                then changes.pickup_seconds / 3600
        end as hours_waited
    from changes
    inner join service_groups
        on
            changes.service_id = service_groups.service_id
            and {{ is_valid_at('changes.deployed_at', 'service_groups') }}
    inner join period_days
        on
            {{ counts_in('changes.counted_on', 'period_days', 'service_groups') }}

),

reviewed as (

    select
        group_family,
        group_key,
        period_id,
        count(*) as n_changes,
        count(is_first_review_by_another_team) as n_of_known_team,
        count(*) filter (where is_first_review_by_another_team) as n_by_another_team
    from grouped_changes
    group by group_family, group_key, period_id

),

waits as (

    {{ quantile_limits(
        'grouped_changes',
        'group_family, group_key, period_id',
        'hours_waited',
    ) }}

),

unioned as (

    select
        group_family,
        group_key,
        period_id,
        'services_without_owner' as metric_id,
        cast(n_without_owner as double) as value,
        cast(n_without_owner as double) as numerator,
        cast(n_services as double) as denominator,
        n_services as n_events,
        0 as n_excluded,
        cast(null as double) as lower_limit,
        cast(null as double) as upper_limit
    from services_at_end

    union all

    select
        group_family,
        group_key,
        period_id,
        'services_handed_over' as metric_id,
        cast(n_handed_over as double) as value,
        cast(n_handed_over as double) as numerator,
        cast(null as double) as denominator,
        coalesce(n_handed_over, 0) as n_events,
        0 as n_excluded,
        cast(null as double) as lower_limit,
        cast(null as double) as upper_limit
    from handed_over

    union all

    select
        group_family,
        group_key,
        period_id,
        'teams_reorganised' as metric_id,
        cast(n_reorganised as double) as value,
        cast(n_reorganised as double) as numerator,
        cast(null as double) as denominator,
        n_reorganised as n_events,
        0 as n_excluded,
        cast(null as double) as lower_limit,
        cast(null as double) as upper_limit
    from reorganised

    union all

    select
        group_family,
        group_key,
        period_id,
        'share_of_changes_reviewed_by_another_team' as metric_id,
        n_by_another_team / nullif(n_of_known_team, 0) as value,
        cast(n_by_another_team as double) as numerator,
        cast(n_of_known_team as double) as denominator,
        n_of_known_team as n_events,
        n_changes - n_of_known_team as n_excluded,
        cast(null as double) as lower_limit,
        cast(null as double) as upper_limit
    from reviewed

    union all

    select
        reviewed.group_family,
        reviewed.group_key,
        reviewed.period_id,
        'wait_for_another_team' as metric_id,
        waits.quantile_value as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        coalesce(waits.n_values, 0) as n_events,
        reviewed.n_by_another_team - coalesce(waits.n_values, 0) as n_excluded,
        waits.lower_limit,
        waits.upper_limit
    from reviewed
    left join waits
        on
            reviewed.group_family = waits.group_family
            and reviewed.group_key = waits.group_key
            and reviewed.period_id = waits.period_id

),

final as (

    select
        unioned.group_family,
        unioned.group_key,
        periods.period_id,
        periods.period_grain,
        periods.period_start,
        unioned.metric_id,
        'fairlead' as profile_id,
        unioned.value,
        unioned.numerator,
        unioned.denominator,
        unioned.n_events,
        unioned.n_excluded,
        case
            when unioned.n_excluded > 0
                then 'no review, or its team or moment unknown'
        end as exclusion_note,
        unioned.lower_limit,
        unioned.upper_limit
    from unioned
    inner join periods on unioned.period_id = periods.period_id

)

select * from final
