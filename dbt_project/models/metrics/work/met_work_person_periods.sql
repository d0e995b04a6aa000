-- Support and interruptions outside of working hours that a person met apart from
-- pages, by month and quarter. For the person and who cares for their load. What came
-- after a page in the same incident after hours is a page's business and not counted
-- again.
with

interruptions as (

    select
        *,
        cast(coalesce(local_happened_at, happened_at) as date) as local_on
    from {{ ref('fct_interruptions') }}

),

pages as (

    select distinct
        person_id,
        incident_id
    from {{ ref('fct_pages') }}
    where
        person_id is not null
        and incident_id is not null
        and is_after_hours

),

person_groups as (

    select * from {{ ref('bridge_person_groups') }}
    where group_family = 'organisation'

),

periods as (

    select * from {{ ref('dim_period') }}
    where period_grain != 'week'

),

-- Before its first record a tool is not quiet but unknown.
recorded as (

    select
        min(local_on) as since,
        min(local_on) filter (where kind = 'escalation') as escalations_since
    from interruptions

),

counted as (

    select
        interruptions.person_id,
        periods.period_id,
        count(*) filter (where interruptions.kind = 'escalation') as n_escalations,
        count(*) filter (
            where interruptions.kind = 'escalation' and interruptions.is_after_hours
        ) as n_escalations_after_hours,
        count(*) filter (
            where
            interruptions.kind = 'incident'
            and interruptions.is_after_hours
            and pages.incident_id is null
        ) as n_incidents_after_hours,
        count(*) filter (
            where interruptions.kind = 'deployment' and interruptions.is_after_hours
        ) as n_deployments_after_hours,
        count(*) filter (where interruptions.is_after_hours is null)
            as n_of_unknown_hour
    from interruptions
    inner join periods
        on
            interruptions.local_on >= periods.period_start
            and interruptions.local_on < periods.period_end
    left join pages
        on
            interruptions.person_id = pages.person_id
            and interruptions.incident_id = pages.incident_id
    group by interruptions.person_id, periods.period_id

),

final as (

    select
        person_groups.person_id,
        person_groups.period_id,
        case
            when periods.period_end > recorded.escalations_since
                then coalesce(counted.n_escalations, 0)
        end as n_escalations,
        case
            when periods.period_end > recorded.escalations_since
                then coalesce(counted.n_escalations_after_hours, 0)
        end as n_escalations_after_hours,
        case
            when periods.period_end > recorded.since
                then coalesce(counted.n_incidents_after_hours, 0)
        end as n_incidents_after_hours,
        case
            when periods.period_end > recorded.since
                then coalesce(counted.n_deployments_after_hours, 0)
        end as n_deployments_after_hours,
        case
            when periods.period_end > recorded.since
                then
                    coalesce(counted.n_escalations_after_hours, 0)
                    + coalesce(counted.n_incidents_after_hours, 0)
                    + coalesce(counted.n_deployments_after_hours, 0)
        end as n_interruptions_after_hours,
        coalesce(counted.n_of_unknown_hour, 0) as n_of_unknown_hour
    from person_groups
    inner join periods on person_groups.period_id = periods.period_id
    cross join recorded
    left join counted
        on
            person_groups.person_id = counted.person_id
            and person_groups.period_id = counted.period_id

)

select * from final
