-- What kind of work a change is by its labels; titles are not read. Of several that
-- apply the one with the lowest preference wins; what none names is unclassified.
with

changes as (

    select * from {{ ref('int_changes_merged') }}

),

label_types as (

    select * from {{ ref('issue_label_types') }}

),

markers as (

    select
        change_id,
        lower(trim(unnest(labels))) as label_name
    from changes

),

final as (

    select
        markers.change_id,
        arg_min(label_types.issue_type, label_types.preference) as issue_type
    from markers
    inner join label_types on markers.label_name = label_types.label
    group by markers.change_id

)

select * from final
