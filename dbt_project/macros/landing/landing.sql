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

{#- The value of a PagerDuty custom field, by name. -#}
{% macro pagerduty_custom_field(name) -%}
    list_filter(
            from_json(
                json_extract(record, '$.custom_fields'), '[{"name": "VARCHAR", "value": "VARCHAR"}]'
            ),
            lambda field: field['name'] = '{{ name }}'
        )[1].value
{%- endmacro %}

{#- A list of texts: as a JSON list, or as one text with a separator (a regular expression). -#}
{% macro texts(key, separator) -%}
    case json_type(record, '$.{{ key }}')
            when 'ARRAY' then record ->> '$.{{ key }}[*]'
            else string_split_regex(record ->> '$.{{ key }}', '{{ separator }}')
        end
{%- endmacro %}
