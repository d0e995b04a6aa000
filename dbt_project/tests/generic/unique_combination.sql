{#- Fails where two rows share the same values in all the columns. Example: two rows of one
    person and period. Reason to flag: sums over the table count twice. Fix: find the join that
    fans out, or take the latest version in staging. -#}
{% test unique_combination(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
