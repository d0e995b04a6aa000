{#- Schemas carry the layer's own name, without the target's prefix. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{#- A published model is named pub_<audience>__<table>; in its own file and schema it is <table>. -#}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name -%}
        {{ custom_alias_name | trim }}
    {%- elif node.name.startswith('pub_') -%}
        {{ node.name.split('__')[-1] }}
    {%- else -%}
        {{ node.name }}
    {%- endif -%}
{%- endmacro %}
