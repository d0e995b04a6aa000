with

commits as (

    select * from {{ ref('int_commits_unioned') }}

),

final as (

    select
        repository,
        commit_sha,
        unnest(parent_shas) as parent_sha,
        generate_subscripts(parent_shas, 1) as parent_position
    from commits
    where len(parent_shas) > 0

)

select * from final
