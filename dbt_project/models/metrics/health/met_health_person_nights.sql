-- Nights that a page broke, on the clock of who was paged. A night belongs to the date
-- on which it began: a page at 03:00 breaks the night before.
with

pages as (

    select * from {{ ref('fct_pages') }}
    where contributor_key is not null

),

-- A tool that calls again for one incident does not interrupt again: `disturbed` looks
-- at first calls, while rest ends with any call.
followed as (

    select
        *,
        min(paged_at) filter (where is_first_of_incident) over (
            partition by contributor_key
            order by paged_at, page_id
            rows between 1 following and unbounded following
        ) as next_incident_at,
        lead(paged_at) over (
            partition by contributor_key order by paged_at, page_id
        ) as next_paged_at
    from pages

),

night_pages as (

    select
        *,
        cast(
            local_paged_at
            - to_hours(cast({{ threshold('sleep_hours_end') }} as integer)) as date
        ) as night_on,
        epoch(next_incident_at - paged_at) / 3600 as hours_to_next_incident,
        epoch(next_paged_at - paged_at) / 3600 as hours_to_next_page,
        epoch({{ as_of() }} - paged_at) / 3600 as hours_to_as_of
    from followed
    where is_in_sleep_hours

),

-- Rest after the last call of the night; unknown where the record ends before the cap,
-- whatever an earlier call of the night knows.
final as (

    select
        person_id,
        contributor_key,
        night_on,
        count(*) as n_pages,
        coalesce(
            bool_or(hours_to_next_incident <= {{ threshold('recovery_hours') }}), false
        ) as is_interrupted_again,
        arg_max_null(
            case
                when
                    least(coalesce(hours_to_next_page, hours_to_as_of), hours_to_as_of)
                    >= {{ threshold('undisturbed_cap_hours') }}
                    then {{ threshold('undisturbed_cap_hours') }}
                else hours_to_next_page
            end,
            (paged_at, page_id)
        ) as undisturbed_hours
    from night_pages
    group by person_id, contributor_key, night_on

)

select * from final
