-- What happened and what it could have happened to, by unit, quarter and the stratum in
-- which the unit is compared. A stratum with too few services or events is united with
-- all its siblings at the next level: strata never overlap, so that every event counts
-- once. Where not even all services together are enough, nothing is compared.
with

cells as (

    select * from {{ ref('met_values') }}
    where
        group_family = 'service_stratum'
        and period_grain = 'quarter'
        -- A value that is unknown is no exposure without events.
        and value is not null

),

catalog as (

    select * from {{ ref('metric_catalog') }}
    where is_compared_with_peers

),

service_strata as (

    select distinct
        service_stratum_key,
        service_id,
        team_id,
        division,
        criticality,
        mission,
        maturity_band
    from {{ ref('bridge_service_strata') }}

),

levels as (

    select * from {{ ref('stratum_levels') }}

),

placed as (

    select
        cells.period_id,
        cells.period_start,
        cells.metric_id,
        cells.profile_id,
        cells.numerator,
        cells.denominator,
        service_strata.service_id,
        service_strata.team_id,
        service_strata.division,
        coalesce(service_strata.criticality, 'unknown') as criticality,
        coalesce(service_strata.mission, 'unknown') as mission,
        coalesce(service_strata.maturity_band, 'unknown') as maturity_band
    from cells
    inner join catalog on cells.metric_id = catalog.metric_id
    inner join service_strata on cells.group_key = service_strata.service_stratum_key

),

-- Each of the finest strata at each level.
at_levels as (

    select
        placed.period_id,
        placed.metric_id,
        placed.profile_id,
        placed.criticality,
        placed.mission,
        placed.maturity_band,
        placed.service_id,
        placed.numerator,
        levels.stratum_level,
        levels.position,
        concat_ws(
            ' × ',
            case when levels.uses_criticality then placed.criticality end,
            case when levels.uses_mission then placed.mission end,
            case when levels.uses_maturity_band then placed.maturity_band end
        ) as stratum
    from placed
    cross join levels

),

thick as (

    select
        period_id,
        metric_id,
        profile_id,
        position,
        stratum,
        count(distinct service_id) >= {{ threshold('stratum_minimum_units') }}
        and sum(numerator) >= {{ threshold('stratum_minimum_events') }} as is_thick
    from at_levels
    group by period_id, metric_id, profile_id, position, stratum

),

with_parents as (

    select distinct
        at_levels.period_id,
        at_levels.metric_id,
        at_levels.profile_id,
        at_levels.criticality,
        at_levels.mission,
        at_levels.maturity_band,
        at_levels.stratum_level,
        at_levels.position,
        at_levels.stratum,
        parents.stratum as parent,
        thick.is_thick
    from at_levels
    inner join thick
        on
            at_levels.period_id = thick.period_id
            and at_levels.metric_id = thick.metric_id
            and at_levels.profile_id = thick.profile_id
            and at_levels.position = thick.position
            and at_levels.stratum = thick.stratum
    left join at_levels as parents
        on
            at_levels.period_id = parents.period_id
            and at_levels.metric_id = parents.metric_id
            and at_levels.profile_id = parents.profile_id
            and at_levels.criticality = parents.criticality
            and at_levels.mission = parents.mission
            and at_levels.maturity_band = parents.maturity_band
            and at_levels.position + 1 = parents.position

),

with_siblings as (

    select
        *,
        bool_and(is_thick) over (
            partition by period_id, metric_id, profile_id, position, parent
        ) as are_siblings_thick
    from with_parents

),

-- From the whole downwards: a level holds where it and all above it do.
held as (

    select
        *,
        bool_and(are_siblings_thick) over (
            partition by
                period_id, metric_id, profile_id, criticality, mission, maturity_band
            order by position desc
        ) as is_held
    from with_siblings

),

chosen as (

    select * from held
    where is_held
    qualify position = min(position) over (
        partition by
            period_id, metric_id, profile_id, criticality, mission, maturity_band
    )

),

compared as (

    select
        placed.*,
        chosen.stratum_level,
        chosen.position,
        chosen.stratum
    from placed
    inner join chosen
        on
            placed.period_id = chosen.period_id
            and placed.metric_id = chosen.metric_id
            and placed.profile_id = chosen.profile_id
            and placed.criticality = chosen.criticality
            and placed.mission = chosen.mission
            and placed.maturity_band = chosen.maturity_band

),

final as (

    {% for unit_family, unit_key in [
        ('service', 'service_id'),
        ('team', 'team_id'),
        ('division', 'division'),
    ] %}
        select
            '{{ unit_family }}' as unit_family,
            {{ unit_key }} as unit_key,
            period_id,
            any_value(period_start) as period_start,
            metric_id,
            profile_id,
            stratum,
            any_value(stratum_level) as stratum_level,
            any_value(position) as stratum_level_position,
            sum(numerator) as n_observed,
            sum(denominator) as exposure
        from compared
        where {{ unit_key }} is not null
        group by {{ unit_key }}, period_id, metric_id, profile_id, stratum
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
