{#- A value lies between its limits, where it has them. -#}
{% test limits_around(model, value, lower, upper) %}
    select * from {{ model }}
    where
        {{ value }} < {{ lower }} - 1e-9 * abs({{ value }})
        or {{ value }} > {{ upper }} + 1e-9 * abs({{ value }})
{% endtest %}
