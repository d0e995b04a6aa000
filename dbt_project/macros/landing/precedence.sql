{#- Whether a tool's word counts at a moment; a tool that is not in the seed always counts. -#}
{% macro counts_at(moment, precedence) -%}
    coalesce({{ moment }} >= {{ precedence }}.counts_from, true)
        and coalesce({{ moment }} < {{ precedence }}.counts_to, true)
{%- endmacro %}

{#- The preference of a tool's word; one that is not in the seed comes last. -#}
{% macro preference_of(precedence) -%}
    coalesce({{ precedence }}.preference, 1000)
{%- endmacro %}

{#- A window over what happened with the same keys so many minutes before or after. The
    linter's grammar knows no such frame. -#}
{% macro around(moment, threshold_id, keys) -%}
    {%- set span = 'to_minutes(cast(' ~ threshold(threshold_id) ~ ' as bigint))' -%}
    partition by {{ keys | join(', ') }}
            order by {{ moment }}
            range between {{ span }} preceding and {{ span }} following
{%- endmacro %}
