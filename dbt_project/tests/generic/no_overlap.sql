{#- Fails where two effective-dated rows of one key hold at the same time. Example: a service
    with two owners on one day. Reason to flag: an as-of join would count its events twice.
    Fix: close the earlier row in the people system. -#}
{% test no_overlap(model, key) %}
    with ordered as (
        select
            {{ key }},
            valid_from,
            lag(coalesce(valid_to, timestamp '9999-12-31')) over (
                partition by {{ key }} order by valid_from
            ) as previous_valid_to
        from {{ model }}
    )
    select {{ key }}
    from ordered
    where previous_valid_to > valid_from
{% endtest %}
