{#- A time as landing takes it, ISO 8601 with an offset or epoch seconds, as a UTC timestamp;
    anything else is null. -#}
{% macro utc(text) -%}
    timezone(
            'UTC',
            coalesce(
                try_cast({{ text }} as timestamptz),
                to_timestamp(
                    try_cast(
                        regexp_extract({{ text }}, '^[0-9]{9,10}([.][0-9]+)?$') as double
                    )
                )
            )
        )
{%- endmacro %}

{#- The end of what is counted, as a UTC timestamp. -#}
{% macro as_of() -%}
    timezone('UTC', cast('{{ var("as_of") }}' as timestamptz))
{%- endmacro %}

{#- A time zone as a source names it; null where there is none of that name. A misspelt zone is
    unknown, and no reason to stop. -#}
{% macro time_zone(text) -%}
    case
            when lower({{ text }}) in (
                select lower(zones.zone_name)
                from pg_timezone_names() as zones (zone_name, abbrev, utc_offset, is_dst)
            )
                then {{ text }}
        end
{%- endmacro %}

{#- A UTC timestamp on the clock of an IANA zone. -#}
{% macro local_time(timestamp_utc, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ timestamp_utc }}))
{%- endmacro %}

{#- Seconds from one UTC timestamp to another; null when negative: a change that was reviewed
    before it was opened is unknown, not instant. -#}
{% macro seconds_between(start, stop) -%}
    case when {{ stop }} >= {{ start }} then epoch({{ stop }}) - epoch({{ start }}) end
{%- endmacro %}

{#- Whether a moment lies in the half-open validity of an effective-dated row. -#}
{% macro is_valid_at(moment, row) -%}
    {{ moment }} >= {{ row }}.valid_from
    and {{ moment }} < coalesce({{ row }}.valid_to, timestamp '9999-12-31')
{%- endmacro %}

{#- The date on which an event counts: the one on the clock of the team that owned the service
    then, in UTC without one. Weeks, months and quarters are those of this date. -#}
{% macro counted_on(moment, clock) -%}
    cast(coalesce({{ local_time(moment, clock ~ '.time_zone') }}, {{ moment }}) as date)
{%- endmacro %}

{#- Each period by its days: what counts on a day is joined to its periods by equality, where a
    range would compare every event with every period. -#}
{% macro days_of(periods) -%}
    select
        period_id,
        period_grain,
        period_start,
        period_end,
        cast(
            unnest(
                generate_series(period_start, period_end - interval 1 day, interval 1 day)
            ) as date
        ) as day_of_period
    from {{ periods }}
{%- endmacro %}

{#- Whether what counts on a date counts for a group's period, of which it is a day. A week is
    reckoned for these families of groups alone: a cohort of many services has no use for it, and
    there are many weeks. -#}
{% macro counts_in(counted_on, day, group) -%}
    {{ counted_on }} = {{ day }}.day_of_period
            and (
                {{ day }}.period_grain != 'week'
                or {{ group }}.group_family in ('service', 'team', 'organisation')
            )
{%- endmacro %}

{#- A time on the clock of an IANA zone as a UTC timestamp; an hour that summer time skips is the
    one after it. -#}
{% macro utc_of_local(local_timestamp, zone) -%}
    timezone('UTC', timezone({{ zone }}, {{ local_timestamp }}))
{%- endmacro %}
