-- Approved leave day by day, on the calendar of the place where the person was.
with

days as (

    select * from {{ ref('int_time_off_days') }}

),

people as (

    select * from {{ ref('dim_person') }}

),

holidays as (

    select * from {{ ref('dim_holiday') }}

),

declared_years as (

    select distinct
        location,
        year(holiday_on) as holiday_year
    from holidays

),

-- Where no holiday of a year is declared, nobody knows which days are.
final as (

    select
        days.person_id,
        days.day_off,
        days.day_portion,
        days.n_requests,
        isodow(days.day_off) < 6 as is_weekday,
        case
            when declared_years.location is not null
                then holidays.holiday_on is not null
        end as is_holiday
    from days
    left join people
        on
            days.person_id = people.person_id
            and {{ is_valid_at('days.day_off', 'people') }}
    left join holidays
        on
            people.location = holidays.location
            and days.day_off = holidays.holiday_on
    left join declared_years
        on
            people.location = declared_years.location
            and year(days.day_off) = declared_years.holiday_year
    qualify row_number() over (
        partition by days.person_id, days.day_off order by people.valid_from desc
    ) = 1

)

select * from final
