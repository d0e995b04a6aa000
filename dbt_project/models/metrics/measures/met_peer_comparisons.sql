-- Like with like: what a unit saw beside what others would have seen with its services,
-- how far from 1 chance alone would take it, and what is left when chance is taken out.
-- Two units are never compared with each other, each only with 1.
with

strata as (

    select * from {{ ref('met_peer_strata') }}

),

standardised as (

    {{ indirect_standardisation(
        'strata',
        'unit_family, period_id, metric_id, profile_id',
        'unit_key',
        'stratum',
        'n_observed',
        'exposure',
    ) }}

),

funnels as (

    {{ funnel(
        'standardised',
        'unit_family, period_id, metric_id, profile_id',
        'unit_key',
        'observed',
        'expected',
    ) }}

),

shrunk as (

    {{ marshall_shrinkage(
        'standardised',
        'unit_family, period_id, metric_id, profile_id',
        'unit_key',
        'observed',
        'expected',
    ) }}

),

-- The coarsest level at which any part of a unit was compared.
level_used as (

    select
        unit_family,
        unit_key,
        period_id,
        metric_id,
        profile_id,
        any_value(period_start) as period_start,
        arg_max(stratum_level, stratum_level_position) as stratum_level
    from strata
    group by unit_family, unit_key, period_id, metric_id, profile_id

),

joined as (

    select
        level_used.unit_family,
        level_used.unit_key,
        level_used.period_id,
        level_used.period_start,
        level_used.metric_id,
        level_used.profile_id,
        level_used.stratum_level,
        standardised.observed,
        standardised.exposure,
        standardised.expected,
        standardised.ratio,
        {{ ratio_lower('standardised.observed', 'standardised.expected') }}
            as lower_limit,
        {{ ratio_upper('standardised.observed', 'standardised.expected') }}
            as upper_limit,
        count(standardised.ratio) over (
            partition by
                level_used.unit_family,
                level_used.period_id,
                level_used.metric_id,
                level_used.profile_id
        ) as n_units,
        funnels.phi,
        funnels.tau_squared,
        funnels.lower_95,
        funnels.upper_95,
        funnels.lower_998,
        funnels.upper_998,
        funnels.is_outside_95,
        funnels.is_outside_998,
        shrunk.between_variance,
        shrunk.shrinkage_weight,
        shrunk.shrunk_ratio
    from level_used
    inner join standardised
        on
            level_used.unit_family = standardised.unit_family
            and level_used.unit_key = standardised.unit_key
            and level_used.period_id = standardised.period_id
            and level_used.metric_id = standardised.metric_id
            and level_used.profile_id = standardised.profile_id
    inner join funnels
        on
            level_used.unit_family = funnels.unit_family
            and level_used.unit_key = funnels.unit_key
            and level_used.period_id = funnels.period_id
            and level_used.metric_id = funnels.metric_id
            and level_used.profile_id = funnels.profile_id
    inner join shrunk
        on
            level_used.unit_family = shrunk.unit_family
            and level_used.unit_key = shrunk.unit_key
            and level_used.period_id = shrunk.period_id
            and level_used.metric_id = shrunk.metric_id
            and level_used.profile_id = shrunk.profile_id

),

final as (

    select
        *,
        case
            when n_units >= {{ threshold('peers_minimum_units') }}
                then
                    is_outside_998
                    and shrinkage_weight
                    >= {{ threshold('peers_minimum_shrinkage_weight') }}
        end as differs_from_peers
    from joined

)

select * from final
