-- Changes and issues with what type of work they are, by their labels, types and links.
-- What the mapping does not name is unclassified, and counted as such.
with

changes as (

    select * from {{ ref('fct_changes') }}

),

issues as (

    select * from {{ ref('fct_issues') }}

),

deployments as (

    select * from {{ ref('fct_deployments') }}

),

classified_changes as (

    select * from {{ ref('int_changes_classified') }}

),

owners as (

    select * from {{ ref('bridge_service_owners') }}

),

clocks as (

    select * from {{ ref('bridge_service_clocks') }}

),

work_types as (

    select * from {{ ref('work_types') }}

),

items as (

    select
        'change' as item_kind,
        changes.change_id as item_id,
        changes.service_id,
        changes.author_person_id as person_id,
        changes.contributor_key,
        changes.is_bot,
        changes.merged_at as counted_at,
        classified_changes.issue_type,
        changes.is_revert,
        coalesce(
            deployments.is_unplanned and not deployments.is_rollback, false
        ) as is_deployed_unplanned
    from changes
    left join classified_changes on changes.change_id = classified_changes.change_id
    left join deployments on changes.deployment_id = deployments.deployment_id

    union all

    select
        'issue' as item_kind,
        issue_id as item_id,
        service_id,
        null as person_id,
        null as contributor_key,
        false as is_bot,
        opened_at as counted_at,
        issue_type,
        false as is_revert,
        false as is_deployed_unplanned
    from issues

),

markers as (

    select
        item_kind,
        item_id,
        'issue_type' as marker_kind,
        issue_type as marker
    from items
    where issue_type is not null

    union all

    select
        item_kind,
        item_id,
        'link' as marker_kind,
        'reverts_a_change' as marker
    from items
    where is_revert

    union all

    select
        item_kind,
        item_id,
        'link' as marker_kind,
        'unplanned_deployment' as marker
    from items
    where is_deployed_unplanned

),

typed as (

    select
        markers.item_kind,
        markers.item_id,
        arg_min(work_types.work_type, work_types.preference) as work_type,
        arg_min(
            work_types.marker_kind || ' ' || work_types.marker, work_types.preference
        ) as classified_by
    from markers
    inner join work_types
        on
            markers.marker_kind = work_types.marker_kind
            and markers.marker = work_types.marker
    group by markers.item_kind, markers.item_id

),

final as (

    select
        items.item_kind,
        items.item_id,
        items.service_id,
        owners.team_id,
        items.person_id,
        items.contributor_key,
        items.is_bot,
        items.counted_at,
        {{ counted_on('items.counted_at', 'clocks') }} as counted_on,
        typed.work_type,
        typed.classified_by
    from items
    left join typed
        on
            items.item_kind = typed.item_kind
            and items.item_id = typed.item_id
    left join owners
        on
            items.service_id = owners.service_id
            and {{ is_valid_at('items.counted_at', 'owners') }}
    left join clocks
        on
            items.service_id = clocks.service_id
            and {{ is_valid_at('items.counted_at', 'clocks') }}
    qualify row_number() over (
        partition by items.item_kind, items.item_id
        order by owners.team_id, clocks.team_id
    ) = 1

)

select * from final
