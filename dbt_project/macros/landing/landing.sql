{#- Rows that had arrived by `known_at`. -#}
{% macro is_known() -%}
    extracted_at <= cast('{{ var("known_at") }}' as timestamptz)
{%- endmacro %}

{#- The latest version of a record; ties are broken by content, so that the order of files
    never decides. -#}
{% macro is_latest_version(key, cursor=none) -%}
    row_number() over (
        partition by {{ key | join(', ') }}
        order by
            {% if cursor %}{{ cursor }} desc nulls last,{% endif %}
            extracted_at desc,
            record_hash desc
    ) = 1
{%- endmacro %}

{#- A snapshot stream sends the full list each time: only its newest extract holds. -#}
{% macro is_newest_extract() -%}
    extracted_at = max(extracted_at) over ()
{%- endmacro %}

{#- The repository of a GitHub object: as the extractor added it, else from the object's URL. -#}
{% macro github_repository(url) -%}
    coalesce(
        record ->> '$.repository',
        nullif(regexp_extract({{ url }}, 'repos/([^/]+/[^/]+)', 1), '')
    )
{%- endmacro %}

{#- The repository of a GitLab object: as the extractor added it, else from a reference such as
    `group/app!12`, else from the object's URL. -#}
{% macro gitlab_repository(url, reference=none) -%}
    coalesce(
        record ->> '$.repository',
        {% if reference -%}
        nullif(regexp_extract({{ reference }}, '^(.+)[!#][0-9]+$', 1), ''),
        {% endif -%}
        nullif(regexp_extract({{ url }}, '^https?://[^/]+/(.+?)/-/', 1), '')
    )
{%- endmacro %}

{#- The value of a PagerDuty custom field, by name. -#}
{% macro pagerduty_custom_field(name) -%}
    list_filter(
            from_json(
                json_extract(record, '$.custom_fields'), '[{"name": "VARCHAR", "value": "VARCHAR"}]'
            ),
            lambda field: field['name'] = '{{ name }}'
        )[1].value
{%- endmacro %}

{#- The first responder of an Opsgenie alert that is of a type; users are responders, too. -#}
{% macro opsgenie_responder(type) -%}
    list_filter(
            json_extract(record, '$.responders[*]'),
            lambda responder: responder ->> '$.type' = '{{ type }}'
        )[1] ->> '$.id'
{%- endmacro %}

{#- A time of an Opsgenie alert's report: milliseconds after the alert was created. -#}
{% macro opsgenie_report_time(key) -%}
    case
            when try_cast(record ->> '$.report.{{ key }}' as bigint) > 0
                then {{ utc("record ->> '$.createdAt'") }}
                + to_milliseconds(try_cast(record ->> '$.report.{{ key }}' as bigint))
        end
{%- endmacro %}

{#- When something happened to an incident of incident.io: the first time whose name, in lower
    case and without `at`, is one of a regular expression. -#}
{% macro incident_io_timestamp(names) -%}
    list_filter(
            json_extract(record, '$.incident_timestamp_values[*]'),
            lambda entry: entry ->> '$.value.value' is not null
            and regexp_full_match(
                lower(entry ->> '$.incident_timestamp.name'), '({{ names }})( at)?'
            )
        )[1] ->> '$.value.value'
{%- endmacro %}

{#- Whether a field of incident.io names the service: `Service`, `Affected services`. -#}
{% macro is_service_field(name) -%}
    regexp_full_match(lower({{ name }}), '((affected|impacted) )?services?')
{%- endmacro %}

{#- Since when a newer version of a schedule speaks of a period that an older one told; null where
    none does. Up to then the older one counts, so that what was planned gives way to what became
    of it. A version speaks of a span, from `covers_from` to `covers_to`. -#}
{% macro replaced_from(spans, key) -%}
    (
            select min(newer.covers_from)
            from {{ spans }} as newer
            where
                {% for column in key -%}
                newer.{{ column }} is not distinct from told.{{ column }}
                and {% endfor -%}
                (newer.extracted_at, newer.record_hash)
                > (told.extracted_at, told.record_hash)
                and newer.covers_from < told.ends_at
                and newer.covers_to > told.starts_at
        )
{%- endmacro %}

{#- What the latest event of a group says, of those that say it. -#}
{% macro last_named(column) -%}
    first({{ column }} order by occurred_at desc, event_id)
            filter (where {{ column }} is not null)
{%- endmacro %}

{#- A list of texts: as a JSON list, or as one text with a separator (a regular expression). -#}
{% macro texts(key, separator) -%}
    case json_type(record, '$.{{ key }}')
            when 'ARRAY' then record ->> '$.{{ key }}[*]'
            else string_split_regex(record ->> '$.{{ key }}', '{{ separator }}')
        end
{%- endmacro %}
