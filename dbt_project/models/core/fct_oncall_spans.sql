-- When someone was on call, whatever the rotation: shifts that overlap or touch are one
-- span, so that two rotations at once count once. Permanent entries, without start and
-- end, are left out.
with

shifts as (

    select * from {{ ref('fct_oncall_shifts') }}
    where
        not is_permanent
        and starts_at is not null

),

clipped as (

    select
        person_id,
        contributor_key,
        starts_at,
        least(coalesce(ends_at, {{ as_of() }}), {{ as_of() }}) as ends_at
    from shifts

),

with_reach as (

    select
        *,
        max(ends_at) over (
            partition by contributor_key
            order by starts_at, ends_at
            rows between unbounded preceding and 1 preceding
        ) as reached_until
    from clipped
    where ends_at > starts_at

),

numbered as (

    select
        *,
        count(*) filter (
            where reached_until is null or starts_at > reached_until
        ) over (
            partition by contributor_key
            order by starts_at, ends_at
            rows between unbounded preceding and current row
        ) as span_number
    from with_reach

),

final as (

    select
        person_id,
        contributor_key,
        min(starts_at) as starts_at,
        max(ends_at) as ends_at
    from numbered
    group by person_id, contributor_key, span_number

)

select * from final
