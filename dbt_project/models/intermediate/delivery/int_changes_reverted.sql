with

changes as (

    select * from {{ ref('int_changes_merged') }}

),

change_commits as (

    select * from {{ ref('int_change_commits_collected') }}

),

reverts as (

    select
        change_id,
        repository,
        nullif(
            regexp_extract(message, 'This reverts commit ([0-9a-f]{40})', 1), ''
        ) as reverted_sha,
        try_cast(
            nullif(regexp_extract(head_branch, '^revert-([0-9]+)-', 1), '') as bigint
        ) as reverted_number
    from changes
    where
        regexp_matches(title, '^Revert\b')
        or regexp_matches(head_branch, '^revert-[0-9]+-')
        or contains(message, 'This reverts commit ')

),

commits_of_changes as (

    select
        change_id,
        repository,
        merge_commit_sha as commit_sha
    from changes
    where merge_commit_sha is not null

    union

    select
        change_id,
        repository,
        commit_sha
    from change_commits

),

by_commit as (

    select
        reverts.change_id,
        commits_of_changes.change_id as reverted_change_id
    from reverts
    inner join commits_of_changes
        on
            reverts.repository = commits_of_changes.repository
            and reverts.reverted_sha = commits_of_changes.commit_sha
            and reverts.change_id != commits_of_changes.change_id

),

by_number as (

    select
        reverts.change_id,
        changes.change_id as reverted_change_id
    from reverts
    inner join changes
        on
            reverts.repository = changes.repository
            and reverts.reverted_number = changes.number

),

unioned as (

    select * from by_commit
    union all
    select * from by_number

),

named as (

    select
        change_id,
        min(reverted_change_id) as reverted_change_id
    from unioned
    group by change_id

),

final as (

    select
        reverts.change_id,
        named.reverted_change_id
    from reverts
    left join named on reverts.change_id = named.change_id

)

select * from final
