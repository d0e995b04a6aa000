-- Changes that take another one back. What takes back a revert brings the change back
-- that the revert had taken away, and so on: only every other link of such a chain
-- undoes work.
with recursive

changes as (

    select * from {{ ref('int_changes_merged') }}

),

change_commits as (

    select * from {{ ref('int_change_commits_collected') }}

),

worded as (

    select
        *,
        regexp_extract(title, '^((Revert|Reapply) "?)+') as title_words
    from changes

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
        ) as reverted_number,
        -- Revert "Revert "X"" and Reapply "X" say it by themselves.
        greatest(
            1,
            len(regexp_extract_all(title_words, 'Revert'))
            + 2 * len(regexp_extract_all(title_words, 'Reapply'))
        ) as n_taken_back_by_title
    from worded
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
            and reverts.change_id != changes.change_id

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

links as (

    select
        reverts.change_id,
        named.reverted_change_id,
        reverts.n_taken_back_by_title
    from reverts
    left join named on reverts.change_id = named.change_id

),

chains as (

    select
        change_id,
        reverted_change_id as reached_change_id,
        1 as n_links
    from links
    where reverted_change_id is not null

    union all

    select
        chains.change_id,
        links.reverted_change_id as reached_change_id,
        chains.n_links + 1 as n_links
    from chains
    inner join links on chains.reached_change_id = links.change_id
    where
        links.reverted_change_id is not null
        and chains.n_links < 20

),

chain_ends as (

    select
        change_id,
        max(n_links) as n_links,
        arg_max(reached_change_id, n_links) as reached_change_id
    from chains
    group by change_id

),

-- A chain that ends at a revert of something unknown goes on as the revert's title
-- says.
final as (

    select
        links.change_id,
        links.reverted_change_id,
        (
            coalesce(chain_ends.n_links, links.n_taken_back_by_title)
            + coalesce(unknown_ends.n_taken_back_by_title, 0)
        ) % 2 = 0 as is_reapplication
    from links
    left join chain_ends on links.change_id = chain_ends.change_id
    left join links as unknown_ends
        on
            chain_ends.reached_change_id = unknown_ends.change_id
            and unknown_ends.reverted_change_id is null

)

select * from final
