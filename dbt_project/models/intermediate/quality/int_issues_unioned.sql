-- Issues and defects of every tool.
with

github as (

    select * from {{ ref('stg_github__issues') }}

),

gitlab as (

    select * from {{ ref('stg_gitlab__issues') }}

),

jira as (

    select * from {{ ref('stg_jira__issues') }}

),

changelogs as (

    select * from {{ ref('stg_jira__issue_changelogs') }}
    where
        field = 'resolution'
        and changed_at <= {{ as_of() }}

),

generic as (

    select * from {{ ref('stg_generic__defects') }}

),

source_precedence as (

    select * from {{ ref('source_precedence') }}

),

-- An issue that was opened again has no resolution any more.
resolutions as (

    select
        coalesce(changelogs.issue_id, jira.issue_id) as issue_id,
        max(changelogs.changed_at) as changed_at,
        arg_max(changelogs.to_value is not null, changelogs.changed_at) as is_resolved
    from changelogs
    left join jira
        on
            changelogs.issue_id is null
            and changelogs.issue_key = jira.issue_key
    group by coalesce(changelogs.issue_id, jira.issue_id)

),

unioned as (

    select
        issue_id,
        'github' as system,
        repository,
        number,
        null as declared_service_id,
        null as components,
        labels,
        type_name,
        null as declared_type,
        null as declared_found_in,
        state_reason,
        created_at,
        closed_at
    from github

    union all

    select
        'gitlab/' || issue_id as issue_id,
        'gitlab' as system,
        repository,
        number,
        null as declared_service_id,
        null as components,
        labels,
        issue_type as type_name,
        null as declared_type,
        null as declared_found_in,
        case when duplicate_of_url is not null then 'duplicate' end as state_reason,
        created_at,
        closed_at
    from gitlab

    union all

    select
        'jira/' || jira.issue_id as issue_id,
        'jira' as system,
        null as repository,
        null as number,
        null as declared_service_id,
        jira.components,
        jira.labels,
        jira.type_name,
        null as declared_type,
        null as declared_found_in,
        lower(jira.resolution_name) as state_reason,
        jira.created_at,
        case
            when resolutions.issue_id is null then jira.resolved_at
            when resolutions.is_resolved then resolutions.changed_at
        end as closed_at
    from jira
    left join resolutions on jira.issue_id = resolutions.issue_id

    union all

    select
        defect_id as issue_id,
        'generic' as system,
        null as repository,
        null as number,
        service_id as declared_service_id,
        null as components,
        null as labels,
        null as type_name,
        'defect' as declared_type,
        -- A word that no one knows is no place.
        case when found_in in ('production', 'staging', 'development') then found_in end
            as declared_found_in,
        null as state_reason,
        created_at,
        resolved_at as closed_at
    from generic

),

-- An extract of one's own can repeat an issue that its tool sent: one id, one word.
final as (

    select unioned.*
    from unioned
    left join source_precedence on unioned.system = source_precedence.system
    where {{ counts_at('unioned.created_at', 'source_precedence') }}
    qualify
        {{ preference_of('source_precedence') }}
        = min({{ preference_of('source_precedence') }}) over (
            partition by unioned.issue_id
        )

)

select * from final
