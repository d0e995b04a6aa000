"""Every metric a second time, by another route: from the raw files, in plain Python.

Loops and dictionaries over the standard library; nothing of the dbt models and no SQL. It reads
slowly and obviously on purpose. `recompute` is the way in; `comparison` says where the warehouse
and this room disagree.
"""
