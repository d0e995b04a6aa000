-- Delivery beside health, in words: how each moved from one quarter to the next in the
-- same group, and what that calls for. No figure is made of the two. Where either is
-- unknown nothing is said.
with

pairs as (

    select * from {{ ref('sustainable_pairs') }}

),

actions as (

    select * from {{ ref('sustainable_actions') }}

),

catalog as (

    select * from {{ ref('metric_catalog') }}

),

periods as (

    select * from {{ ref('dim_period') }}
    where
        period_grain = 'quarter'
        and is_complete

),

delivery as (

    select * from {{ ref('met_delivery') }}
    where profile_id = 'fairlead'

),

health as (

    select * from {{ ref('met_health') }}

),

on_call as (

    select * from {{ ref('met_on_call') }}

),

measured as (

    select
        group_family,
        group_key,
        period_id,
        metric_id,
        value
    from delivery

    union all

    select
        group_family,
        group_key,
        period_id,
        metric_id,
        value
    from health

    union all

    select
        group_family,
        group_key,
        period_id,
        metric_id,
        value
    from on_call

),

-- Groups of services and groups of people are the same where the organisation names
-- them.
named as (

    select
        measured.*,
        periods.period_start,
        periods.period_end,
        catalog.metric_label,
        catalog.unit
    from measured
    inner join periods on measured.period_id = periods.period_id
    inner join catalog on measured.metric_id = catalog.metric_id
    where
        measured.group_family in ('organisation', 'division', 'team')
        and measured.value is not null

),

moved as (

    select
        named.group_family,
        named.group_key,
        named.period_id,
        named.period_start,
        named.metric_id,
        named.metric_label,
        named.value - previous.value as difference,
        case named.unit
            when 'share' then {{ threshold('trend_share_change') }}
            else abs(previous.value) * {{ threshold('trend_relative_change') }}
        end as least_difference
    from named
    inner join named as previous
        on
            named.group_family = previous.group_family
            and named.group_key = previous.group_key
            and named.metric_id = previous.metric_id
            and named.period_start = previous.period_end

),

directed as (

    select
        *,
        case
            when difference > 0 and difference >= least_difference - 1e-12
                then 'rose'
            when difference < 0 and -difference >= least_difference - 1e-12
                then 'fell'
            else 'held'
        end as direction
    from moved

),

paired as (

    select
        delivery_side.group_family,
        delivery_side.group_key,
        delivery_side.period_id,
        delivery_side.period_start,
        pairs.delivery_metric_id,
        delivery_side.metric_label as delivery_label,
        delivery_side.direction as delivery_direction,
        pairs.health_metric_id,
        health_side.metric_label as health_label,
        health_side.direction as health_direction,
        case
            when delivery_side.direction = 'held' then 'steady'
            when (delivery_side.direction = 'rose') = (pairs.delivery_better = 'higher')
                then 'better'
            else 'worse'
        end as delivery_change,
        case
            when health_side.direction = 'held' then 'steady'
            when (health_side.direction = 'rose') = (pairs.health_better = 'higher')
                then 'better'
            else 'worse'
        end as health_change
    from pairs
    inner join directed as delivery_side
        on pairs.delivery_metric_id = delivery_side.metric_id
    inner join directed as health_side
        on
            pairs.health_metric_id = health_side.metric_id
            and delivery_side.group_family = health_side.group_family
            and delivery_side.group_key = health_side.group_key
            and delivery_side.period_id = health_side.period_id

),

final as (

    select
        paired.group_family,
        paired.group_key,
        paired.period_id,
        paired.period_start,
        paired.delivery_metric_id,
        paired.delivery_direction,
        paired.health_metric_id,
        paired.health_direction,
        '“' || paired.delivery_label || '” ' || paired.delivery_direction
        || case
            when paired.delivery_change = paired.health_change then ', and '
            else ' while '
        end
        || '“' || paired.health_label || '” ' || paired.health_direction || '.'
            as sentence,
        actions.action,
        actions.action_owner
    from paired
    inner join actions
        on
            paired.delivery_change = actions.delivery_change
            and paired.health_change = actions.health_change

)

select * from final
