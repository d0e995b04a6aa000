with

changes as (

    select * from {{ ref('int_changes_merged') }}

),

deployed as (

    select * from {{ ref('int_changes_deployed') }}

),

reviewed as (

    select * from {{ ref('int_changes_reviewed') }}

),

reverted as (

    select * from {{ ref('int_changes_reverted') }}

),

identities as (

    select * from {{ ref('int_identities_mapped') }}

),

services as (

    select * from {{ ref('int_services_resolved') }}
    where n_services_of_repository = 1

),

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

clocks as (

    select * from {{ ref('bridge_service_clocks') }}

),

memberships as (

    select * from {{ ref('bridge_team_members') }}

),

deploying_services as (

    select distinct repository
    from {{ ref('int_commits_deployed') }}

),

joined as (

    select
        changes.change_id,
        changes.change_kind,
        changes.repository,
        changes.number,
        coalesce(deployed.service_id, services.service_id) as service_id,
        identities.person_id as author_person_id,
        -- Distinct people are counted over this key: matched or not, but never a bot.
        -- GitLab knows who merged by a username and who committed by an address:
        -- without a match the address would count the same person again.
        case
            when identities.person_id is not null and not changes.is_bot
                then identities.person_id
            when
                changes.identity_system = 'gitlab'
                and contains(changes.author_login, '@')
                then null
            when not changes.is_bot
                then changes.identity_system || '/' || lower(changes.author_login)
        end as contributor_key,
        changes.is_bot,
        changes.first_commit_at,
        changes.opened_at,
        changes.ready_at,
        reviewed.first_review_at,
        reviewers.person_id as first_reviewer_person_id,
        reviewed.approved_at,
        changes.merged_at,
        case when not deployed.is_baseline then deployed.deployed_at end as deployed_at,
        case when not deployed.is_baseline then deployed.deployment_id end
            as deployment_id,
        deployed.deployment_id as holding_deployment_id,
        case when not deployed.is_baseline then deployed.deployment_link_method end
            as deployment_link_method,
        coalesce(reviewed.n_reviews, 0) as n_reviews,
        reviewed.n_review_comments,
        coalesce(not reverted.is_reapplication, false) as is_revert,
        coalesce(reverted.is_reapplication, false) as is_reapplication,
        reverted.reverted_change_id as reverts_change_id,
        case
            when deployed.is_baseline then 'held by the baseline deployment'
            when deployed.deployment_id is not null then null
            when deploying_services.repository is null
                then 'repository has no deployments'
            else 'not deployed by the as-of date'
        end as deployment_exclusion_reason
    from changes
    left join deployed on changes.change_id = deployed.change_id
    left join reviewed on changes.change_id = reviewed.change_id
    left join reverted on changes.change_id = reverted.change_id
    left join identities
        on
            changes.identity_system = identities.system
            and lower(changes.author_login) = identities.identity
    left join identities as reviewers
        on
            reviewed.first_reviewer_identity_system = reviewers.system
            and lower(reviewed.first_reviewer_login) = reviewers.identity
    left join services
        on
            changes.repository = services.repository
            and {{ is_valid_at('changes.merged_at', 'services') }}
    left join deploying_services on changes.repository = deploying_services.repository

),

-- Whether the first review came from outside of the team that owned the service. Not
-- known where the service had no owner or the reviewer no team.
reviewing_teams as (

    select
        joined.change_id,
        bool_and(memberships.team_id != owners.team_id)
            as is_first_review_by_another_team
    from joined
    inner join owners
        on
            joined.service_id = owners.service_id
            and {{ is_valid_at('joined.first_review_at', 'owners') }}
    inner join memberships
        on
            joined.first_reviewer_person_id = memberships.person_id
            and {{ is_valid_at('joined.first_review_at', 'memberships') }}
    group by joined.change_id

),

measured as (

    select
        joined.*,
        reviewing_teams.is_first_review_by_another_team,
        {{ counted_on('joined.deployed_at', 'clocks') }} as counted_on,
        {{ seconds_between('first_commit_at', 'opened_at') }} as coding_seconds,
        {{ seconds_between('coalesce(ready_at, opened_at)', 'first_review_at') }}
            as pickup_seconds,
        {{ seconds_between('first_review_at', 'merged_at') }} as review_seconds,
        {{ seconds_between('merged_at', 'deployed_at') }} as deploy_seconds,
        {{ seconds_between('first_commit_at', 'deployed_at') }} as lead_time_seconds
    from joined
    left join reviewing_teams on joined.change_id = reviewing_teams.change_id
    left join clocks
        on
            joined.service_id = clocks.service_id
            and {{ is_valid_at('joined.deployed_at', 'clocks') }}
    qualify row_number() over (
        partition by joined.change_id order by clocks.team_id
    ) = 1

),

final as (

    select
        change_id,
        change_kind,
        repository,
        number,
        service_id,
        author_person_id,
        contributor_key,
        is_bot,
        first_commit_at,
        opened_at,
        ready_at,
        first_review_at,
        is_first_review_by_another_team,
        approved_at,
        merged_at,
        deployed_at,
        counted_on,
        deployment_id,
        holding_deployment_id,
        deployment_link_method,
        coding_seconds,
        pickup_seconds,
        review_seconds,
        deploy_seconds,
        lead_time_seconds,
        n_reviews,
        n_review_comments,
        is_revert,
        is_reapplication,
        reverts_change_id,
        case
            when deployment_exclusion_reason is not null
                then deployment_exclusion_reason
            when first_commit_at is null then 'first commit unknown'
            when lead_time_seconds is null then 'deployed before its first commit'
        end as exclusion_reason,
        -- A negative part is null; this says which clock or order was wrong.
        case
            when opened_at < first_commit_at then 'opened before its first commit'
            when first_review_at < opened_at then 'reviewed before it was opened'
            when merged_at < first_review_at then 'first reviewed after the merge'
            when deployed_at < merged_at then 'deployed before the merge'
        end as unknown_part_reason
    from measured

)

select * from final
