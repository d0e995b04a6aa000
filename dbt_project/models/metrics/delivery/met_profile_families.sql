-- Which definition profiles are computed of which groups: the project's own of all, the
-- others of services and of the whole, as five variants of every cell would invite
-- subtraction.
with

profiles as (

    select * from {{ ref('definition_profiles') }}

),

families as (

    select distinct group_family
    from {{ ref('bridge_service_groups') }}

),

final as (

    select
        profiles.profile_id,
        families.group_family
    from profiles
    cross join families
    where
        profiles.profile_id = 'fairlead'
        or families.group_family in ('service', 'organisation')

)

select * from final
