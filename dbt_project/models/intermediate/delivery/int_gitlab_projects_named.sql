-- Where GitLab names a project by its number alone, the repository is the one that its
-- merge requests name.
with

merge_requests as (

    select * from {{ ref('stg_gitlab__merge_requests') }}

),

final as (

    select
        project_id,
        max_by(repository, updated_at) as repository
    from merge_requests
    where
        project_id is not null
        and repository is not null
    group by project_id

)

select * from final
