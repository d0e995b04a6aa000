{#- Fails where a value lies outside the bounds; null passes. Example: a share of 1.2. Reason
    to flag: the numerator counts what the denominator does not. Fix: give both the same
    filter. -#}
{% test between(model, column_name, minimum=none, maximum=none) %}
    select {{ column_name }}
    from {{ model }}
    where
        false
        {% if minimum is not none %}or {{ column_name }} < {{ minimum }}{% endif %}
        {% if maximum is not none %}or {{ column_name }} > {{ maximum }}{% endif %}
{% endtest %}
