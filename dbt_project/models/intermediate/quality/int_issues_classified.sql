-- What kind of work an issue is, from its labels and its type. Of several that apply
-- the one with the lowest preference wins; what none names is unclassified.
with

issues as (

    select * from {{ ref('int_issues_unioned') }}

),

label_types as (

    select * from {{ ref('issue_label_types') }}

),

markers as (

    select
        issue_id,
        lower(trim(unnest(list_append(coalesce(labels, []), type_name)))) as label_name
    from issues

),

final as (

    select
        markers.issue_id,
        arg_min(label_types.issue_type, label_types.preference) as issue_type,
        arg_min(label_types.found_in, label_types.preference) as found_in
    from markers
    inner join label_types on markers.label_name = label_types.label
    group by markers.issue_id

)

select * from final
