-- How long people stay in a level, how many are promoted and how many leave: of the
-- whole and of divisions, over the four quarters that end with a quarter. For the
-- warehouse alone: windows overlap, and one person leaving can be recognised.
with

promotions as (

    select * from {{ ref('fct_promotions') }}

),

exits as (

    select * from {{ ref('fct_exits') }}

),

people as (

    select * from {{ ref('dim_person') }}

),

teams as (

    select * from {{ ref('dim_team') }}

),

person_groups as (

    select * from {{ ref('bridge_person_groups') }}
    where group_family in ('organisation', 'division')

),

quarters as (

    select
        *,
        period_start - interval 9 month as window_start
    from {{ ref('dim_period') }}
    where
        period_grain = 'quarter'
        and is_complete

),

-- A year needs its four quarters.
years as (

    select *
    from quarters
    qualify window_start >= min(period_start) over ()

),

-- People of the year: the mean of those who worked in its quarters.
headcounts as (

    select
        person_groups.group_family,
        person_groups.group_key,
        years.period_id,
        count(*) / 4 as n_people
    from years
    inner join quarters
        on
            years.window_start <= quarters.period_start
            and years.period_start >= quarters.period_start
    inner join person_groups on quarters.period_id = person_groups.period_id
    group by person_groups.group_family, person_groups.group_key, years.period_id

),

-- Each event for the division of its team on that day.
events as (

    select
        'promotion' as event_kind,
        promotions.person_id,
        promotions.team_id,
        promotions.promoted_on as happened_on,
        cast(null as boolean) as is_regretted
    from promotions

    union all

    select
        'exit' as event_kind,
        exits.person_id,
        exits.team_id,
        exits.last_day as happened_on,
        exits.is_regretted
    from exits

),

grouped_events as (

    select
        'organisation' as group_family,
        'all' as group_key,
        event_kind,
        happened_on,
        is_regretted
    from events

    union all

    select
        'division' as group_family,
        teams.division as group_key,
        events.event_kind,
        events.happened_on,
        events.is_regretted
    from events
    inner join teams
        on
            events.team_id = teams.team_id
            and {{ is_valid_at('events.happened_on', 'teams') }}
    where teams.division is not null

),

event_counts as (

    select
        headcounts.group_family,
        headcounts.group_key,
        headcounts.period_id,
        any_value(headcounts.n_people) as n_people,
        count(*) filter (where grouped_events.event_kind = 'promotion')
            as n_promotions,
        count(*) filter (where grouped_events.event_kind = 'exit') as n_exits,
        count(*) filter (where grouped_events.is_regretted) as n_regretted,
        count(*) filter (
            where
            grouped_events.event_kind = 'exit'
            and grouped_events.is_regretted is null
        ) as n_of_unknown_regret
    from headcounts
    inner join years on headcounts.period_id = years.period_id
    left join grouped_events
        on
            headcounts.group_family = grouped_events.group_family
            and headcounts.group_key = grouped_events.group_key
            and years.window_start <= grouped_events.happened_on
            and years.period_end > grouped_events.happened_on
    group by headcounts.group_family, headcounts.group_key, headcounts.period_id

),

-- Without any record of promotions or exits it is not known that there were none.
recorded as (

    select
        count(*) filter (where event_kind = 'promotion') > 0 as has_promotions,
        count(*) filter (where event_kind = 'exit') > 0 as has_exits
    from events

),

hired as (

    select
        person_id,
        min(valid_from) as first_known_at,
        min(hired_on) as hired_on,
        case
            when bool_and(valid_to is not null) then max(valid_to)
        end as left_at
    from people
    group by person_id

),

-- A level is held since the promotion before, or since hiring where the roster reaches
-- back to it; otherwise nobody knows since when, and its time is left out.
spells as (

    select
        person_id,
        from_level_since as since,
        promoted_on as until_promotion
    from promotions

    union all

    select
        hired.person_id,
        coalesce(
            max(promotions.promoted_on),
            case
                when any_value(hired.first_known_at) <= any_value(hired.hired_on)
                    then any_value(hired.hired_on)
            end
        ) as since,
        null as until_promotion
    from hired
    left join promotions on hired.person_id = promotions.person_id
    group by hired.person_id

),

-- Seen at the end of a quarter, by the group in which the person is then or was last.
seen as (

    select
        person_groups.group_family,
        person_groups.group_key,
        years.period_id,
        coalesce(spells.until_promotion < years.period_end, false) as is_observed,
        date_diff(
            'day',
            spells.since,
            least(
                coalesce(spells.until_promotion, years.period_end),
                coalesce(hired.left_at, years.period_end),
                years.period_end
            )
        ) as n_days
    from years
    inner join person_groups on years.period_id = person_groups.period_id
    inner join spells
        on
            person_groups.person_id = spells.person_id
            and coalesce(years.period_end > spells.since, true)
    inner join hired on spells.person_id = hired.person_id

),

known as (

    select * from seen
    where n_days > 0

),

level_medians as (

    {{ kaplan_meier_median(
        'known', 'group_family, group_key, period_id', 'n_days', 'is_observed'
    ) }}

),

level_limits as (

    {{ kaplan_meier_limits(
        'known', 'group_family, group_key, period_id', 'n_days', 'is_observed'
    ) }}

),

level_counts as (

    select
        group_family,
        group_key,
        period_id,
        count(*) filter (where n_days > 0) as n_events,
        count(*) filter (where coalesce(n_days <= 0, true)) as n_excluded
    from seen
    group by group_family, group_key, period_id

),

unioned as (

    {% for metric_id, source, numerator, n_excluded in [
        ('promotion_rate', 'has_promotions', 'n_promotions', '0'),
        ('attrition_rate', 'has_exits', 'n_exits', '0'),
        (
            'regretted_attrition_rate',
            'has_exits',
            'n_regretted',
            'event_counts.n_of_unknown_regret',
        ),
    ] %}
        select
            event_counts.group_family,
            event_counts.group_key,
            event_counts.period_id,
            '{{ metric_id }}' as metric_id,
            case
                when recorded.{{ source }}
                    then event_counts.{{ numerator }} / event_counts.n_people
            end as value,
            case when recorded.{{ source }} then event_counts.{{ numerator }} end
                as numerator,
            event_counts.n_people as denominator,
            event_counts.{{ numerator }} as n_events,
            {{ n_excluded }} as n_excluded,
            cast(null as double) as lower_limit,
            cast(null as double) as upper_limit
        from event_counts
        cross join recorded

        union all
    {% endfor %}

    select
        level_counts.group_family,
        level_counts.group_key,
        level_counts.period_id,
        'time_in_level' as metric_id,
        level_medians.median_duration as value,
        null as numerator,
        null as denominator,
        level_counts.n_events,
        level_counts.n_excluded,
        level_limits.lower_limit,
        level_limits.upper_limit
    from level_counts
    left join level_medians
        on
            level_counts.group_family = level_medians.group_family
            and level_counts.group_key = level_medians.group_key
            and level_counts.period_id = level_medians.period_id
    left join level_limits
        on
            level_counts.group_family = level_limits.group_family
            and level_counts.group_key = level_limits.group_key
            and level_counts.period_id = level_limits.period_id

),

final as (

    select
        unioned.group_family,
        unioned.group_key,
        years.period_id,
        years.period_grain,
        years.period_start,
        unioned.metric_id,
        'fairlead' as profile_id,
        cast(unioned.value as double) as value,
        cast(unioned.numerator as double) as numerator,
        cast(unioned.denominator as double) as denominator,
        unioned.n_events,
        unioned.n_excluded,
        case
            when unioned.n_excluded > 0 then 'since when, or whether regretted, unknown'
        end as exclusion_note,
        cast(unioned.lower_limit as double) as lower_limit,
        cast(unioned.upper_limit as double) as upper_limit
    from unioned
    inner join years on unioned.period_id = years.period_id

)

select * from final
